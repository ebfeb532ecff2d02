/* All known issues of all panels: which hold, which run out soon, which are over; to prolong, to end, and to see the panel. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Clock } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'wouter'
import { all } from '~/api/client'
import { keys } from '~/api/queries'
import { useMay } from '~/api/session'
import type { KnownIssue } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button, ButtonLink } from '~/parts/button'
import { Chips } from '~/parts/chip'
import { SearchBox } from '~/parts/field'
import { Select } from '~/parts/menu'
import { Page } from '~/parts/page'
import { Empty, Fault, Loading } from '~/parts/state'
import { historyQuery } from '~/rooms/review/focus/film'
import KnownIssueDialog from '~/rooms/review/focus/known-issue'
import { thumbnailUrl } from '~/rooms/review/pictures'
import s from './issues.module.css'
import { inOrder, isAbout, issueStates, stateOf, withoutReplaced, type IssueState } from './state'

const step = 50

function Item({ issue, now, mayJudge, onEdit }: { issue: KnownIssue; now: number; mayJudge: boolean; onEdit: () => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const newest = useQuery(historyQuery(issue.panel_key, '', 1))
    const shot = newest.data?.[0]
    const state = stateOf(issue, now)
    const title = issue.panel?.title ?? issue.panel_key
    return (
        <li className={s.item}>
            <span className={s.picture}>{shot?.picture && <img src={thumbnailUrl(shot)} alt="" loading="lazy" />}</span>
            <span className={s.panel}>
                <strong>{title}</strong>
                <span className="quiet small">{[issue.panel?.dashboard.title, issue.panel?.source.name].filter(Boolean).join(' · ')}</span>
            </span>
            <span className={s.words}>
                <p>{issue.comment}</p>
                {issue.link && <a className="small" href={issue.link} target="_blank" rel="noreferrer">{issue.link}</a>}
            </span>
            <span className={s.when}>
                {state === 'past'
                    ? <span>{t(issue.ended ? 'issues.endedAt' : 'issues.expiredAt', { date: f.date(issue.expires_at) })}</span>
                    : <span className={state === 'expiring' ? s.soon : undefined}>{state === 'expiring' && <Clock size={14} aria-hidden="true" />}{t('issues.until', { date: f.date(issue.expires_at), ago: f.ago(issue.expires_at) })}</span>}
                <span className="quiet">{t('issues.by', { who: issue.by?.display_name ?? '–', date: f.date(issue.from_at) })}</span>
            </span>
            <span className={s.acts}>
                {mayJudge && <Button small aria-label={t(state === 'past' ? 'issues.renewOf' : 'issues.editOf', { panel: title })} onPress={onEdit}>{t(state === 'past' ? 'issues.renew' : 'common.edit')}</Button>}
                {shot && <ButtonLink small kind="quiet" href={`/rounds/${shot.round_id}/shots/${shot.id}`}>{t('issues.newest')}</ButtonLink>}
                <ButtonLink small kind="quiet" href={`/history?panel=${encodeURIComponent(issue.panel_key)}`}>{t('issues.shots')}</ButtonLink>
            </span>
        </li>
    )
}

export default function IssuesRoom() {
    const { t } = useTranslation()
    const f = useFormat()
    const cache = useQueryClient()
    const mayJudge = useMay('reviewer')
    const [params, setParams] = useSearchParams()
    const [editing, setEditing] = useState<KnownIssue | null>(null)
    const [most, setMost] = useState(step)
    const issues = useQuery({ queryKey: keys.issues, queryFn: async ({ signal }) => withoutReplaced(await all<KnownIssue>('/known-issues', { all: true }, signal)) })
    const now = Date.now()
    const filter = issueStates.find((x) => x === params.get('state')) ?? null
    const q = params.get('q') ?? ''
    const source = params.get('source') ?? ''
    const set = (name: string, v: string | null) => setParams((old) => { const next = new URLSearchParams(old); if (v) next.set(name, v); else next.delete(name); return next }, { replace: true })
    const list = issues.data ?? []
    const sources = [...new Map(list.flatMap((x) => (x.panel ? [[x.panel.source.id, x.panel.source.name] as const] : [])))]
    const asked = list.filter((x) => isAbout(x, q) && (!source || x.panel?.source.id === source))
    const count = (state: IssueState) => f.number(asked.filter((x) => stateOf(x, now) === state).length)
    /* Without a filter: what holds now. What is over is asked for. */
    const shown = inOrder(asked.filter((x) => (filter ? stateOf(x, now) === filter : stateOf(x, now) !== 'past')), now)
    return (
        <Page title={t('common.nav.issues')} sub={t('issues.text')}>
            {issues.isError && !issues.data && <Fault error={issues.error} onRetry={() => void issues.refetch()} />}
            {issues.isPending && <Loading rows={4} height={88} />}
            {issues.data && list.length === 0 && <Empty title={t('issues.none')} text={t('issues.noneText')}><ButtonLink href="/">{t('common.nav.today')}</ButtonLink></Empty>}
            {list.length > 0 && (
                <>
                    <div className={s.tools}>
                        <Chips<IssueState> label={t('issues.filter')} value={filter} onChange={(v) => set('state', v)} options={issueStates.map((id) => ({ id, text: t(`issues.state.${id}`), count: count(id) }))} />
                        {sources.length > 1 && <Select bare label={t('issues.source')} value={source || 'any'} onChange={(v) => set('source', v === 'any' ? null : v)} options={[{ id: 'any', text: t('records.any') }, ...sources.map(([id, text]) => ({ id, text }))]} />}
                        <span className={s.search}><SearchBox label={t('issues.search')} value={q} onChange={(v) => set('q', v)} /></span>
                    </div>
                    {shown.length === 0 && <Empty title={t('issues.nothing')} text={t('issues.nothingText')} />}
                    {shown.length > 0 && (
                        <ul className={s.list} aria-label={t('common.nav.issues')}>
                            {shown.slice(0, most).map((x) => <Item key={x.id} issue={x} now={now} mayJudge={mayJudge} onEdit={() => setEditing(x)} />)}
                        </ul>
                    )}
                    {shown.length > most && <p><Button onPress={() => setMost(most + step)}>{t('common.loadMore', { count: Math.min(step, shown.length - most) })}</Button></p>}
                </>
            )}
            {editing && (
                <KnownIssueDialog
                    key={editing.id} panelKey={editing.panel_key} issue={editing} isOver={stateOf(editing, now) === 'past'}
                    onClose={(isDone) => { setEditing(null); if (isDone) void cache.invalidateQueries({ queryKey: keys.issues }) }}
                />
            )}
        </Page>
    )
}
