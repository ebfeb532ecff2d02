/* A password that was given by somebody else is good for one sign-in: choose your own before anything else. */
import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, api } from '~/api/client'
import { keys } from '~/api/queries'
import { Button } from '~/parts/button'
import { Field } from '~/parts/field'
import { useTitle } from '~/parts/page'
import { FaultNote, Note } from '~/parts/state'
import s from './signin.module.css'

const shortest = 10

export function PasswordForm({ onDone }: { onDone: () => void }) {
    const { t } = useTranslation()
    const [current, setCurrent] = useState('')
    const [next, setNext] = useState('')
    const [again, setAgain] = useState('')
    const [fault, setFault] = useState<unknown>(null)
    const tooShort = next !== '' && next.length < shortest
    const differs = again !== '' && again !== next

    async function submit(e: FormEvent): Promise<void> {
        e.preventDefault()
        setFault(null)
        try {
            await api.own('PUT', '/session/password', { current, new: next })
            onDone()
        } catch (err) {
            setFault(err)
        }
    }

    const wrong = fault instanceof ApiError && (fault.status === 401 || fault.status === 403)
    return (
        <form className={s.form} onSubmit={(e) => void submit(e)}>
            <Field label={t('session.currentPassword')} value={current} onChange={setCurrent} type="password" autoComplete="current-password" isRequired autoFocus />
            <Field
                label={t('session.newPassword')} value={next} onChange={setNext} type="password" autoComplete="new-password" isRequired
                note={t('session.passwordRule', { count: shortest })} fault={tooShort ? t('session.tooShort', { count: shortest }) : undefined}
            />
            <Field label={t('session.newPasswordAgain')} value={again} onChange={setAgain} type="password" autoComplete="new-password" isRequired fault={differs ? t('session.differs') : undefined} />
            {fault !== null && (wrong ? <Note kind="alert">{t('session.wrongCurrent')}</Note> : <FaultNote error={fault} />)}
            <Button type="submit" kind="primary" isDisabled={!current || next.length < shortest || next !== again}>{t('session.setPassword')}</Button>
        </form>
    )
}

export function ChangePassword() {
    const { t } = useTranslation()
    const cache = useQueryClient()
    useTitle(t('session.changeTitle'))
    return (
        <main className={s.door}>
            <div className={s.box}>
                <h1>{t('session.changeTitle')}</h1>
                <p className="quiet">{t('session.changeText')}</p>
                <PasswordForm onDone={() => void cache.invalidateQueries({ queryKey: keys.session })} />
            </div>
        </main>
    )
}
