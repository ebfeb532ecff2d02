/* One plan: how its last round stands, what to do about it, and when the next one comes. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowRight, Pause, Play } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'
import { api } from '~/api/client'
import { keys } from '~/api/queries'
import { useMay } from '~/api/session'
import type { Round, RoundCard, Today } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button, ButtonLink } from '~/parts/button'
import { Badge } from '~/parts/mark'
import { Ring } from '~/parts/ring'
import { useFaultText } from '~/parts/state'
import { toast } from '~/parts/toast'
import { Strip } from './strip'
import s from './today.module.css'

function Counts({ card, zone }: { card: RoundCard; zone: string }) {
    const { t } = useTranslation()
    const f = useFormat()
    const isRunning = card.state === 'running' || card.state === 'waiting'
    const late = card.late || (card.due_at !== null && card.state === 'finished' && Date.parse(card.due_at) < Date.now())
    return (
        <div className={s.counts}>
            <strong>{t('today.judged', { done: f.number(card.total - card.undecided), total: f.number(card.total) })}</strong>
            <div className={s.line}>
                <span>{f.moment(card.moment_at, zone)}</span>
                <span className={card.state === 'failed' ? s.alert : undefined}>{t(`common.roundState.${card.state}`)}</span>
            </div>
            <div className={s.line}>
                {card.abnormal > 0 && <span className={s.alert}>{t('today.abnormal', { count: card.abnormal })}</span>}
                {card.failed > 0 && <span className={s.warn}>{t('today.failed', { count: card.failed })}</span>}
                {card.due_at && card.state !== 'signed' && (
                    <span className={late ? s.alert : undefined}>{late ? t('today.late', { ago: f.ago(card.due_at) }) : t('today.due', { time: f.time(card.due_at, zone) })}</span>
                )}
            </div>
            {isRunning && <div className={s.bar}><span style={{ width: `${card.total ? ((card.done + card.failed) / card.total) * 100 : 0}%` }} /></div>}
        </div>
    )
}

export function PlanCard({ item }: { item: Today['plans'][number] }) {
    const { t } = useTranslation()
    const f = useFormat()
    const [, go] = useLocation()
    const cache = useQueryClient()
    const faultText = useFaultText()
    const mayRun = useMay('reviewer')
    const { plan, last } = item
    const run = useMutation({
        mutationFn: () => api.post<Round>(`/plans/${plan.id}/rounds`),
        onSuccess: (round) => { void cache.invalidateQueries({ queryKey: keys.today }); go(`/rounds/${round.id}`) },
        onError: (e) => { const x = faultText(e); toast({ text: `${x.title} ${x.detail}`, kind: 'alert' }) },
    })
    const wantsReview = last !== null && (last.state === 'finished' || last.state === 'running')
    return (
        <article className={s.card} aria-labelledby={`plan-${plan.id}`}>
            <div className={s.head}>
                <h2 id={`plan-${plan.id}`}><Link href={`/plans/${plan.id}`} title={plan.name}>{plan.name}</Link></h2>
                {plan.paused && <Badge><Pause size={12} aria-hidden="true" />{t('common.paused')}</Badge>}
                {last?.late && <Badge tone="alert">{t('today.isLate')}</Badge>}
            </div>
            <div className={s.round}>
                {last ? <><Ring card={last} /><Counts card={last} zone={plan.timezone} /></> : <p className={s.none}>{t('today.never')}</p>}
            </div>
            {item.strip.length > 0 && <Strip label={t('today.strip', { name: plan.name })} squares={item.strip} zone={plan.timezone} />}
            <div className={s.foot}>
                {last && (
                    <ButtonLink href={`/rounds/${last.id}${wantsReview && last.undecided > 0 ? '?filter=todo' : ''}`} kind={wantsReview ? 'primary' : 'plain'} icon={<ArrowRight size={15} />}>
                        {wantsReview ? (last.undecided > 0 ? t('today.review') : t('today.sign')) : t('today.open')}
                    </ButtonLink>
                )}
                {mayRun && <Button icon={<Play size={14} />} isDisabled={run.isPending} onPress={() => run.mutate()}>{t('today.runNow')}</Button>}
                <span className={s.next}>{plan.paused ? t('today.noNext') : t('today.next', { time: item.next_run_at ? f.moment(item.next_run_at, plan.timezone) : '–' })}</span>
            </div>
        </article>
    )
}
