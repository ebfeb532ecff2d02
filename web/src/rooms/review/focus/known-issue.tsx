/* A known issue: carried along with the panel until its date, never a verdict by itself. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import { keys } from '~/api/queries'
import type { KnownIssue } from '~/api/types'
import { useDraft } from '~/base/draft'
import { Button } from '~/parts/button'
import { DateBox } from '~/parts/date'
import { Dialog } from '~/parts/dialog'
import { Field, TextBox } from '~/parts/field'
import { FaultNote } from '~/parts/state'

const twoWeeks = 14 * 86400_000

/** YYYY-MM-DD where the reader is: an issue holds to the end of that day. */
function localDay(ms: number): string {
    const d = new Date(ms)
    return [d.getFullYear(), String(d.getMonth() + 1).padStart(2, '0'), String(d.getDate()).padStart(2, '0')].join('-')
}

/** One that is over cannot be changed: its words begin a new one. */
export default function KnownIssueDialog({ panelKey, issue, isOver = false, onClose }: { panelKey: string; issue: KnownIssue | null; isOver?: boolean; onClose: (isDone: boolean) => void }) {
    const { t } = useTranslation()
    const cache = useQueryClient()
    const old = isOver ? null : issue
    const start = {
        comment: issue?.comment ?? '', link: issue?.link ?? '',
        until: localDay(old?.expires_at ? Date.parse(old.expires_at) : Date.now() + twoWeeks),
    }
    const draft = useDraft(`known.${panelKey}.${issue?.id ?? 'new'}`, start)
    const done = () => {
        draft.reset(start)
        void cache.invalidateQueries({ queryKey: ['shots'] })
        void cache.invalidateQueries({ queryKey: keys.issues })
        onClose(true)
    }
    const save = useMutation({
        mutationFn: () => {
            const body = { comment: draft.value.comment.trim(), link: draft.value.link.trim() || null, expires_at: new Date(`${draft.value.until}T23:59:59`).toISOString() }
            return old ? api.patch(`/known-issues/${old.id}`, body) : api.post('/known-issues', { panel_key: panelKey, ...body })
        },
        onSuccess: done,
    })
    const end = useMutation({ mutationFn: () => api.drop(`/known-issues/${old?.id}`), onSuccess: done })
    return (
        <Dialog
            title={t(old ? 'review.knownEdit' : 'review.markKnown')} isOpen onClose={() => onClose(false)}
            actions={<>
                {old && <Button kind="danger" onPress={() => end.mutate()}>{t('review.knownEnd')}</Button>}
                <Button onPress={() => onClose(false)}>{t('common.cancel')}</Button>
                <Button kind="primary" isDisabled={!draft.value.comment.trim() || !draft.value.until || save.isPending} onPress={() => save.mutate()}>{t('common.save')}</Button>
            </>}
        >
            <p className="quiet">{t('review.knownText')}</p>
            <TextBox label={t('review.knownWhat')} value={draft.value.comment} onChange={(v) => draft.set((d) => ({ ...d, comment: v }))} autoFocus isRequired />
            <Field label={t('review.link')} value={draft.value.link} type="url" placeholder="https://" onChange={(v) => draft.set((d) => ({ ...d, link: v }))} />
            <DateBox label={t('review.knownUntil')} value={draft.value.until} onChange={(v) => draft.set((d) => ({ ...d, until: v }))} isRequired />
            {(save.isError || end.isError) && <FaultNote error={save.error ?? end.error} />}
        </Dialog>
    )
}
