/* The head of the grid: what round this is, how far it is, what to show. */
import { CheckCheck, CircleHelp, CloudUpload, ShieldCheck } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Round } from '~/api/types'
import { useFormat } from '~/base/format'
import { useKeys } from '~/base/keys'
import { Button, IconButton } from '~/parts/button'
import { Chips } from '~/parts/chip'
import { SearchBox } from '~/parts/field'
import { Badge } from '~/parts/mark'
import { Select } from '~/parts/menu'
import type { Filter, Order } from './filter'
import s from './grid.module.css'
import { MoreMenu, ReportsMenu } from './more'
import type { ReviewState } from './use-review'

function Progress({ round }: { round: Round }) {
    const { t } = useTranslation()
    const f = useFormat()
    return (
        <div className={s.progress}>
            <span>{t('review.shooting', { done: f.number(round.done + round.failed), total: f.number(round.total) })}</span>
            <progress max={Math.max(round.total, 1)} value={round.done + round.failed} aria-label={t('review.progress')} />
            {round.rate_per_s ? <span>{t('review.rate', { rate: f.number(round.rate_per_s, 1) })}</span> : null}
            {round.left_ms ? <span>{t('review.left', { time: f.duration(round.left_ms) })}</span> : null}
        </div>
    )
}

export function Head({ state, round, onSign, onHelp, onBulk }: { state: ReviewState; round: Round; onSign: () => void; onHelp: () => void; onBulk: () => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const search = useRef<HTMLInputElement>(null)
    const { counts: c, view } = state
    useEffect(() => {
        if (!state.wantsSearch.current) return
        state.wantsSearch.current = false
        search.current?.focus()
    }, [state.wantsSearch])
    useKeys({ '/': () => search.current?.focus(), '?': onHelp })
    const chips: { id: Filter; text: string; count: string; isAlert?: boolean }[] = [
        { id: 'todo', text: t('review.filter.todo'), count: f.number(c.undecided) },
        { id: 'changed', text: t('review.filter.changed'), count: f.number(c.changed) },
        { id: 'failed', text: t('review.filter.failed'), count: f.number(c.failed), isAlert: c.failed > 0 },
        { id: 'abnormal', text: t('review.filter.abnormal'), count: f.number(c.abnormal), isAlert: c.abnormal > 0 },
        { id: 'mine', text: t('review.filter.mine'), count: f.number(c.mine) },
    ]
    const isRunning = round.state === 'running' || round.state === 'waiting'
    return (
        <div className={s.head}>
            <div className={s.title}>
                <h1>{round.plan_name}<small>{f.moment(round.moment_at, round.timezone)}</small></h1>
                <div className={s.sum} role="status">
                    <span>{t('review.judged', { done: f.number(c.decided), total: f.number(c.total) })}</span>
                    {c.abnormal > 0 && <span className={s.alert}>{t('today.abnormal', { count: c.abnormal })}</span>}
                    {c.failed > 0 && <span className={s.warn}>{t('today.failed', { count: c.failed })}</span>}
                    {state.unsent > 0 && <Badge tone="warn"><CloudUpload size={13} aria-hidden="true" />{t('review.unsent', { count: state.unsent })}</Badge>}
                    {round.state === 'signed' && <Badge tone="accent"><ShieldCheck size={13} aria-hidden="true" />{t('common.roundState.signed')}</Badge>}
                    {round.state === 'cancelled' && <Badge>{t('common.roundState.cancelled')}</Badge>}
                </div>
                <div className={s.actions}>
                    <ReportsMenu round={round} />
                    {state.mayJudge && <Button kind="primary" isDisabled={isRunning || state.awaitsOther} onPress={onSign}>{t(round.signoffs?.length && !state.isSigned && !state.awaitsOther ? 'review.signSecond' : 'review.sign')}</Button>}
                    <MoreMenu round={round} mayJudge={state.mayJudge} />
                </div>
            </div>
            {isRunning && <Progress round={round} />}
            <div className={s.tools}>
                <Chips label={t('review.filter.label')} value={view.filter} options={chips} onChange={(v) => { state.refilter(); state.setFilter(v) }} />
                <Select<Order>
                    bare label={t('review.order.label')} value={view.order} onChange={state.setOrder}
                    options={[{ id: 'dashboard', text: t('review.order.dashboard') }, { id: 'change', text: t('review.order.change') }]}
                />
                {state.mayJudge && <Button icon={<CheckCheck size={15} />} isDisabled={c.undecided === 0} onPress={onBulk}>{t('review.bulkUnchanged')}</Button>}
                <div className={s.search}>
                    <SearchBox
                        label={t('review.search')} value={view.q} inputRef={search} onChange={(v) => state.setParam('q', v)}
                        onKeyDown={(e) => { if (e.key === 'Escape' || e.key === 'Enter') search.current?.blur() }}
                    />
                </div>
                <span className={s.help}><IconButton label={t('review.keys.title')} icon={<CircleHelp size={17} />} hint="?" onPress={onHelp} /></span>
            </div>
        </div>
    )
}
