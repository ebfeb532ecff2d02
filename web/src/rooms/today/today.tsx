/* What needs me: one line that answers it, then a card per plan. Without any plan, the three first steps. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import { keys } from '~/api/queries'
import type { Today } from '~/api/types'
import { useFormat } from '~/base/format'
import { useTitle } from '~/parts/page'
import page from '~/parts/page.module.css'
import { Bone, Fault } from '~/parts/state'
import { FirstStart } from '~/rooms/firststart/firststart'
import { PlanCard } from './card'
import s from './today.module.css'

function Word({ today }: { today: Today }) {
    const { t } = useTranslation()
    const f = useFormat()
    const next = today.plans.find((p) => p.next_run_at === today.next_run_at)
    const parts = [
        today.awaiting_sign_off > 0 ? t('today.awaiting', { count: today.awaiting_sign_off }) : null,
        today.running > 0 ? t('today.running', { count: today.running }) : null,
    ].filter((x) => x !== null)
    return (
        <h1 className={s.word}>
            {parts.length ? parts.reduce((a, b) => t('common.both', { a, b })) : t('today.calm')}
            <small>{today.next_run_at ? t('today.nextRound', { time: next ? f.moment(today.next_run_at, next.plan.timezone) : f.dateTime(today.next_run_at) }) : t('today.noNext')}</small>
        </h1>
    )
}

/** Plans that need a person come first; the rest keep the server's order. */
function need(item: Today['plans'][number]): number {
    const last = item.last
    if (last?.state === 'finished') return last.late ? 4 : 3
    if (last?.state === 'failed') return 2
    return last?.state === 'running' || last?.state === 'waiting' ? 1 : 0
}

export default function TodayRoom() {
    const { t } = useTranslation()
    useTitle(t('common.nav.today'))
    const today = useQuery({ queryKey: keys.today, queryFn: ({ signal }) => api.get<Today>('/today', {}, signal), refetchInterval: 60_000 })
    if (today.isError && !today.data) return <Fault error={today.error} onRetry={() => void today.refetch()} safe={t('today.safe')} />
    if (!today.data) {
        return (
            <div className={page.page} role="status" aria-label={t('common.loading')}>
                <div className={s.word}><Bone width={320} height={28} /></div>
                <div className={s.cards}>{[0, 1, 2].map((i) => <Bone key={i} height={210} />)}</div>
            </div>
        )
    }
    if (!today.data.plans.length) return <FirstStart />
    return (
        <div className={page.page}>
            <Word today={today.data} />
            <div className={s.cards}>{[...today.data.plans].sort((a, b) => need(b) - need(a)).map((p) => <PlanCard key={p.plan.id} item={p} />)}</div>
        </div>
    )
}
