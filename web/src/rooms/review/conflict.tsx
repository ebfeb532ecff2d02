/* Two people judged one shot differently: both see both, and one decides. */
import { useTranslation } from 'react-i18next'
import { useFormat } from '~/base/format'
import { Button } from '~/parts/button'
import { Dialog } from '~/parts/dialog'
import { VerdictMark } from '~/parts/mark'
import s from './bulk.module.css'
import type { ReviewState } from './use-review'
import { shotTitle } from './words'

export function ConflictDialog({ state }: { state: ReviewState }) {
    const { t } = useTranslation()
    const f = useFormat()
    const c = state.conflict
    if (!c) return null
    const theirs = c.fresh.verdict
    const close = () => state.setConflict(null)
    return (
        <Dialog
            isOpen role="alertdialog" onClose={close} title={t('review.conflictTitle', { panel: shotTitle(c.fresh), window: c.fresh.window.name })}
            actions={<>
                <Button onPress={close} autoFocus>{t('review.keepTheirs')}</Button>
                <Button kind="primary" onPress={() => { state.engine?.judge(c.fresh, c.mine); close() }}>{t('review.giveMine')}</Button>
            </>}
        >
            <div className={s.sides}>
                <div className={s.side}>
                    <strong>{theirs?.by.display_name ?? '–'}</strong>
                    <VerdictMark value={theirs?.value ?? 'undecided'} />
                    {theirs?.comment && <p>{theirs.comment}</p>}
                    <span className="quiet small">{f.dateTime(theirs?.at)}</span>
                </div>
                <div className={s.side}>
                    <strong>{t('review.you')}</strong>
                    <VerdictMark value={c.mine.value} />
                    {c.mine.comment && <p>{c.mine.comment}</p>}
                </div>
            </div>
            <p className="quiet small">{t('review.conflictNote')}</p>
        </Dialog>
    )
}
