/* The review room of one round: the grid, or one shot in focus; and the dialogues that both share. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'wouter'
import type { Round } from '~/api/types'
import { sayFault } from '~/base/fault-words'
import { useFormat } from '~/base/format'
import { useTitle } from '~/parts/page'
import { Bone, Fault, Note } from '~/parts/state'
import { BulkDialog } from './bulk'
import { ConflictDialog } from './conflict'
import { Focus } from './focus'
import { Grid } from './grid'
import s from './grid.module.css'
import { Head } from './head'
import { HelpDialog } from './help'
import { SignDialog } from './sign'
import { useReview, type ReviewState } from './use-review'

function Skeleton() {
    const { t } = useTranslation()
    return (
        <div role="status" aria-label={t('common.loading')}>
            <div className={s.head}><Bone width="40%" height={28} /><Bone width="70%" height={28} /></div>
            <div className={s.body}>{[0, 1, 2].map((i) => <div key={i} className={s.group}><Bone height={190} /></div>)}</div>
        </div>
    )
}

function Notes({ state, round }: { state: ReviewState; round: Round }) {
    const { t } = useTranslation()
    const f = useFormat()
    const last = round.signoffs?.at(-1)
    if (round.state === 'failed') return <div className={s.notes}><Note kind="alert"><strong>{t('review.roundFailed')}</strong> {sayFault(round.error ?? '')}</Note></div>
    if (last) {
        return <div className={s.notes}><Note>{t('review.signedBy', { who: last.by.display_name, at: f.dateTime(last.at) })}{last.summary && ` ${last.summary}`}{!last.final && !state.isSigned && <strong> {t(state.awaitsOther ? 'review.secondAwaited' : 'review.secondNeeded')}</strong>}</Note></div>
    }
    return state.mayJudge ? null : <div className={s.notes}><Note>{t('review.readOnly')}</Note></div>
}

function Room({ id, shotId }: { id: string; shotId: string | undefined }) {
    const { t } = useTranslation()
    const f = useFormat()
    const state = useReview(id)
    const [open, setOpen] = useState<'sign' | 'help' | 'bulk' | null>(null)
    const round = state.round.data
    useTitle(round ? `${round.plan_name} ${f.dateTime(round.moment_at, round.timezone)}` : t('review.room'))
    const error = state.round.error ?? state.shots.error
    if (error && (!round || !state.shots.data)) {
        return <Fault error={error} safe={t('review.safe')} onRetry={() => { void state.round.refetch(); void state.shots.refetch() }} />
    }
    if (!round || !state.shots.data) return <Skeleton />
    const close = () => setOpen(null)
    return (
        <>
            {shotId ? <Focus key={id} state={state} round={round} shotId={shotId} onSign={() => setOpen('sign')} onHelp={() => setOpen('help')} /> : (
                <>
                    <Head state={state} round={round} onSign={() => setOpen('sign')} onHelp={() => setOpen('help')} onBulk={() => setOpen('bulk')} />
                    <div className={s.body}>
                        <Notes state={state} round={round} />
                        <Grid state={state} round={round} />
                    </div>
                </>
            )}
            {open === 'sign' && <SignDialog state={state} round={round} onClose={close} />}
            {open === 'help' && <HelpDialog onClose={close} />}
            {open === 'bulk' && <BulkDialog state={state} act={{ value: 'normal' }} onClose={close} />}
            <ConflictDialog state={state} />
        </>
    )
}

export default function ReviewRoom() {
    const { round, shot } = useParams<{ round: string; shot?: string }>()
    return <Room key={round} id={round} shotId={shot} />
}
