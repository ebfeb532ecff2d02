/* A verdict for many at once: shows every shot it will cover, and the record says that it was given in bulk. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, api } from '~/api/client'
import { keys } from '~/api/queries'
import type { VerdictValue } from '~/api/types'
import { Button } from '~/parts/button'
import { Dialog } from '~/parts/dialog'
import { TextBox } from '~/parts/field'
import { FaultNote, Loading, Note } from '~/parts/state'
import { toast } from '~/parts/toast'
import s from './bulk.module.css'
import { isReady, isUndecided } from './filter'
import { thumbnailUrl } from './pictures'
import type { ReviewState } from './use-review'
import { shotTitle } from './words'

export interface BulkAct {
    value: VerdictValue
    /** These shots; or, without them, all that are unchanged since a reference judged normal (the server names them). */
    ids?: string[]
}

interface Coverage {
    count: number
    shots: string[]
}

export function BulkDialog({ state, act, onClose }: { state: ReviewState; act: BulkAct; onClose: (isDone: boolean) => void }) {
    const { t } = useTranslation()
    const cache = useQueryClient()
    const [comment, setComment] = useState('')
    const covered = useQuery({
        queryKey: ['coverage', state.roundId], enabled: !act.ids, gcTime: 0, staleTime: 0,
        queryFn: () => api.post<Coverage>(`/rounds/${state.roundId}/verdicts`, {
            value: act.value, comment: '', filter: { unchanged_since_normal: true }, expected_count: 0,
        }, { dry_run: true }),
    })
    const ids = act.ids ? act.ids.filter((id) => { const x = state.byId.get(id); return x && isReady(x) }) : (covered.data?.shots ?? [])
    const shots = ids.map((id) => state.byId.get(id)).filter((x) => x !== undefined)
    const judged = shots.filter((x) => !isUndecided(x)).length
    const apply = useMutation({
        mutationFn: () => api.post<{ applied: number; skipped: number }>(`/rounds/${state.roundId}/verdicts`, {
            value: act.value, comment: comment.trim(), shots: shots.map((x) => x.id), expected_count: shots.length,
        }),
        onSuccess: (r) => {
            void cache.invalidateQueries({ queryKey: keys.shots(state.roundId) })
            toast({ text: t('review.bulkDone', { count: r.applied }) })
            onClose(true)
        },
    })
    const verdict = t(`common.verdict.${act.value}`)
    const needsComment = act.value === 'abnormal' && !comment.trim()
    return (
        <Dialog
            wide isOpen onClose={() => onClose(false)} title={t('review.bulkTitle', { count: shots.length, verdict })}
            actions={<>
                <Button onPress={() => onClose(false)}>{t('common.cancel')}</Button>
                <Button kind="primary" isDisabled={!shots.length || needsComment || apply.isPending} onPress={() => apply.mutate()}>{t('review.bulkApply', { count: shots.length, verdict })}</Button>
            </>}
        >
            <p className="quiet">{act.ids ? t('review.bulkText') : t('review.bulkUnchangedText')}</p>
            {!act.ids && covered.isPending && <Loading rows={3} />}
            {covered.isError && <FaultNote error={covered.error} />}
            {!act.ids && covered.data && shots.length === 0 && <Note>{t('review.bulkNone')}</Note>}
            {judged > 0 && <Note kind="warn">{t('review.bulkJudged', { count: judged })}</Note>}
            {shots.length > 0 && (
                <ul className={s.list} tabIndex={0} aria-label={t('review.bulkCovers')}>
                    {shots.map((x) => (
                        <li key={x.id} className={s.item}>
                            {x.picture ? <img src={thumbnailUrl(x)} alt="" loading="lazy" /> : <span className={s.none}>–</span>}
                            <span>{shotTitle(x)}</span>
                            <span className="quiet">{x.window.name}</span>
                            {!isUndecided(x) && <span className={s.was}>{t('review.wasJudged', { verdict: t(`common.verdict.${x.verdict!.value}`), who: x.verdict!.by.display_name })}</span>}
                        </li>
                    ))}
                </ul>
            )}
            <TextBox label={act.value === 'abnormal' ? t('review.whatIsWrong') : t('review.commentOptional')} value={comment} onChange={setComment} rows={2} isRequired={act.value === 'abnormal'} />
            {apply.isError && (apply.error instanceof ApiError && apply.error.status === 409
                ? <Note kind="warn">{t('review.bulkMoved')}</Note> : <FaultNote error={apply.error} />)}
        </Dialog>
    )
}
