/* Name and password; used at the door and by the re-login dialogue. */
import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, api, setCsrf } from '~/api/client'
import { keys } from '~/api/queries'
import type { Session } from '~/api/types'
import { Button } from '~/parts/button'
import { Field } from '~/parts/field'
import { Note } from '~/parts/state'
import s from './signin.module.css'

function reason(e: unknown): string {
    if (!(e instanceof ApiError)) return 'session.fault'
    if (e.isOffline) return 'session.offline'
    if (e.status === 401) return 'session.wrong'
    if (e.status === 429) return 'session.tooMany'
    return 'session.fault'
}

export function SignInForm({ user, onDone }: { user?: string; onDone?: () => void }) {
    const { t } = useTranslation()
    const cache = useQueryClient()
    const [name, setName] = useState(user ?? '')
    const [password, setPassword] = useState('')
    const [fault, setFault] = useState<string | null>(null)
    const [isBusy, setBusy] = useState(false)

    async function submit(e: FormEvent): Promise<void> {
        e.preventDefault()
        setBusy(true)
        setFault(null)
        try {
            const session = await api.own<Session>('POST', '/session', { user: name.trim(), password })
            setCsrf(session.csrf_token)
            cache.setQueryData(keys.session, session)
            onDone?.()
        } catch (err) {
            setFault(reason(err))
            setPassword('')
        } finally {
            setBusy(false)
        }
    }

    return (
        <form className={s.form} onSubmit={(e) => void submit(e)}>
            <Field label={t('session.user')} value={name} onChange={setName} autoComplete="username" name="user" isRequired autoFocus={!user} />
            <Field label={t('session.password')} value={password} onChange={setPassword} type="password" autoComplete="current-password" name="password" isRequired autoFocus={Boolean(user)} />
            {fault && <Note kind="alert">{t(fault)}</Note>}
            <Button type="submit" kind="primary" isDisabled={isBusy}>{t('session.signIn')}</Button>
        </form>
    )
}
