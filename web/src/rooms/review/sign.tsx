/* Sign-off: closes the round for good. What is still undecided needs a stated reason each. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, api } from '~/api/client'
import { sayFault } from '~/base/fault-words'
import { keys } from '~/api/queries'
import type { Round } from '~/api/types'
import { useDraft } from '~/base/draft'
import { useFormat } from '~/base/format'
import { Button } from '~/parts/button'
import { Dialog } from '~/parts/dialog'
import { Field, TextBox } from '~/parts/field'
import { FaultNote, Note } from '~/parts/state'
import { toast } from '~/parts/toast'
import s from './bulk.module.css'
import { isUndecided } from './filter'
import type { ReviewState } from './use-review'
import { shotTitle } from './words'

interface SignDraft {
    summary: string
    reasons: Record<string, string>
}

export function SignDialog({ state, round, onClose }: { state: ReviewState; round: Round; onClose: () => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const cache = useQueryClient()
    const draft = useDraft<SignDraft>(`sign.${round.id}`, { summary: '', reasons: {} })
    const [forAll, setForAll] = useState('')
    const open = state.list.filter(isUndecided)
    const without = open.filter((x) => !(draft.value.reasons[x.id] ?? '').trim()).length
    const isRunning = round.state === 'running' || round.state === 'waiting'
    const sign = useMutation({
        mutationFn: () => api.post<Round>(`/rounds/${round.id}/sign`, {
            summary: draft.value.summary.trim(), expected_undecided: open.length,
            reasons: open.map((x) => ({ shot_id: x.id, reason: (draft.value.reasons[x.id] ?? '').trim() })),
        }),
        onSuccess: (fresh) => {
            cache.setQueryData<Round>(keys.round(round.id), (old) => (old ? { ...old, ...fresh } : fresh))
            void cache.invalidateQueries({ queryKey: keys.round(round.id) })
            void cache.invalidateQueries({ queryKey: keys.today })
            draft.reset({ summary: '', reasons: {} })
            toast({ text: t(fresh.state === 'signed' ? 'review.signed' : 'review.signedFirst') })
            onClose()
        },
        onError: () => void cache.invalidateQueries({ queryKey: keys.shots(round.id) }),
    })
    const c = state.counts
    const first = round.signoffs.find((x) => !x.final)
    return (
        <Dialog
            wide isOpen onClose={onClose} title={t('review.signTitle', { plan: round.plan_name })}
            actions={<>
                <Button onPress={onClose}>{t('common.cancel')}</Button>
                <Button kind="primary" isDisabled={without > 0 || isRunning || state.unsent > 0 || sign.isPending} onPress={() => sign.mutate()}>{t(round.second_person && !first ? 'review.signActFirst' : 'review.signAct')}</Button>
            </>}
        >
            {first && <Note>{t('review.signedBy', { who: first.by.display_name, at: f.dateTime(first.at) })} {first.summary}</Note>}
            <p>{t('review.signSum', { decided: f.number(c.decided), total: f.number(c.total), abnormal: f.number(c.abnormal), failed: f.number(c.failed) })}</p>
            {isRunning && <Note kind="warn">{t('review.signRunning')}</Note>}
            {state.unsent > 0 && <Note kind="warn">{t('review.unsent', { count: state.unsent })}</Note>}
            {open.length > 0 && !isRunning && (
                <>
                    <Note kind="warn">{t('review.signOpen', { count: open.length })}</Note>
                    <div className={s.reason}>
                        <Field label={t('review.oneReason')} value={forAll} onChange={setForAll} />
                        <Button isDisabled={!forAll.trim()} onPress={() => draft.set((old) => ({ ...old, reasons: Object.fromEntries(open.map((x) => [x.id, old.reasons[x.id] || forAll.trim()])) }))}>{t('review.reasonForAll', { count: open.length })}</Button>
                    </div>
                    <div className={s.items} tabIndex={0} role="group" aria-label={t('review.reasons')}>
                        {open.map((x) => (
                            <div key={x.id} className={s.reason}>
                                <span>{shotTitle(x)} <span className="quiet">{x.window.name}</span></span>
                                <Field
                                    hideLabel label={t('review.reasonOf', { panel: shotTitle(x), window: x.window.name })} placeholder={t('review.reason')} value={draft.value.reasons[x.id] ?? ''}
                                    onChange={(v) => draft.set((old) => ({ ...old, reasons: { ...old.reasons, [x.id]: v } }))}
                                />
                            </div>
                        ))}
                    </div>
                </>
            )}
            <TextBox label={t('review.summary')} value={draft.value.summary} onChange={(v) => draft.set((old) => ({ ...old, summary: v }))} rows={3} />
            <p className="quiet small">{t(round.second_person && !round.signoffs.length ? 'review.signFirst' : 'review.signNote')}</p>
            {sign.isError && (sign.error instanceof ApiError && sign.error.status === 409
                ? <Note kind="warn">{sayFault(sign.error.message)} {t('review.signMoved')}</Note> : <FaultNote error={sign.error} />)}
        </Dialog>
    )
}
