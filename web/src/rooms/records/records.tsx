/* Search in everything that was looked at: panels, plans, verdicts, people, words in comments. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'wouter'
import { all, api } from '~/api/client'
import { keys } from '~/api/queries'
import type { List, Person, Plan, SearchHit, VerdictValue } from '~/api/types'
import { useFormat } from '~/base/format'
import { useSettled } from '~/base/settled'
import { Button } from '~/parts/button'
import { DateBox } from '~/parts/date'
import { Field } from '~/parts/field'
import { Badge } from '~/parts/mark'
import { Select } from '~/parts/menu'
import { Page } from '~/parts/page'
import { Empty, Fault, Loading } from '~/parts/state'
import { looseThumbnailUrl } from '~/rooms/review/pictures'
import { csvOf, saveText } from './csv'
import s from './records.module.css'

const kinds = ['panel', 'plan', 'person', 'round', 'verdict', 'known_issue'] as const
const verdicts: VerdictValue[] = ['normal', 'abnormal', 'not_applicable']
const names = ['q', 'kind', 'plan', 'verdict', 'person', 'from', 'to'] as const

function addressOf(h: SearchHit): string {
    if (h.shot_id && h.round_id) return `/rounds/${h.round_id}/shots/${h.shot_id}`
    if (h.round_id) return `/rounds/${h.round_id}`
    if (h.plan_id) return `/plans/${h.plan_id}`
    if (h.panel_key) return `/history?panel=${encodeURIComponent(h.panel_key)}`
    return '/people'
}

function Hit({ hit }: { hit: SearchHit }) {
    const { t } = useTranslation()
    const f = useFormat()
    return (
        <li>
            <Link href={addressOf(hit)} className={s.hit}>
                {hit.shot_id ? <img src={looseThumbnailUrl(hit.shot_id)} alt="" loading="lazy" /> : <span className={s.none} />}
                <Badge>{t(`records.kind.${hit.kind}`)}</Badge>
                <span><strong>{hit.text}</strong>{hit.snippet && <p>{hit.snippet}</p>}</span>
                <time className="quiet small nowrap" dateTime={hit.at}>{f.dateTime(hit.at)}</time>
            </Link>
        </li>
    )
}

export default function RecordsRoom() {
    const { t } = useTranslation()
    const [params, setParams] = useSearchParams()
    const value = Object.fromEntries(names.map((n) => [n, params.get(n) ?? ''])) as Record<(typeof names)[number], string>
    const set = (name: string, v: string) => setParams((old) => { const next = new URLSearchParams(old); if (v) next.set(name, v); else next.delete(name); return next }, { replace: true })
    const settled = useSettled(JSON.stringify(value), 300)
    const asked = JSON.parse(settled) as typeof value
    const isAsked = Object.values(asked).some(Boolean)
    const day = (text: string, end: boolean) => (text ? new Date(`${text}T${end ? '23:59:59.999' : '00:00:00'}`).toISOString() : '')
    const found = useInfiniteQuery({
        queryKey: ['search', settled], enabled: isAsked, initialPageParam: '', placeholderData: keepPreviousData,
        queryFn: ({ pageParam, signal }) => api.get<List<SearchHit>>('/search', { ...asked, from: day(asked.from, false), to: day(asked.to, true), cursor: pageParam }, signal),
        getNextPageParam: (last) => last.next,
    })
    const plans = useQuery({ queryKey: keys.plans, queryFn: () => all<Plan>('/plans') })
    const people = useQuery({ queryKey: keys.people, queryFn: async () => { const x = await api.get<Person[] | { items: Person[] }>('/people'); return Array.isArray(x) ? x : x.items } })
    const hits = found.data?.pages.flatMap((p) => p.items) ?? []
    const any = { id: 'any', text: t('records.any') }
    const pickOf = (name: 'kind' | 'plan' | 'verdict' | 'person', label: string, options: { id: string; text: string }[]) => (
        <Select label={label} value={value[name] || 'any'} options={[any, ...options]} onChange={(v) => set(name, v === 'any' ? '' : v)} />
    )
    return (
        <Page title={t('common.nav.records')} actions={hits.length > 0 && (
            <Button icon={<Download size={15} />} onPress={() => saveText('rounds-records.csv', csvOf(hits, location.origin, addressOf))}>{t('records.export')}</Button>
        )}>
            <div className={s.layout}>
                <search className={s.form}>
                    <Field label={t('records.words')} type="search" value={value.q} onChange={(v) => set('q', v)} autoFocus placeholder={t('records.wordsHint')} />
                    {pickOf('kind', t('records.kindLabel'), kinds.map((id) => ({ id, text: t(`records.kind.${id}`) })))}
                    {pickOf('plan', t('records.plan'), plans.data?.map((p) => ({ id: p.id, text: p.name })) ?? [])}
                    {pickOf('verdict', t('records.verdict'), verdicts.map((id) => ({ id, text: t(`common.verdict.${id}`) })))}
                    {pickOf('person', t('records.person'), people.data?.map((p) => ({ id: p.id, text: p.display_name })) ?? [])}
                    <DateBox label={t('plans.from')} value={value.from} onChange={(v) => set('from', v)} />
                    <DateBox label={t('plans.to')} value={value.to} onChange={(v) => set('to', v)} />
                </search>
                {!isAsked && <Empty title={t('records.start')} text={t('records.startText')} />}
                {found.isError && !found.data && <Fault error={found.error} onRetry={() => void found.refetch()} />}
                {isAsked && found.isPending && <Loading />}
                {isAsked && found.data && hits.length === 0 && <Empty title={t('records.none')} text={t('records.noneText')} />}
                {hits.length > 0 && (
                    <>
                        <p className="quiet small" role="status">{t('records.found', { count: hits.length })}{found.hasNextPage && ` ${t('records.andMore')}`}</p>
                        <ul className={s.hits} aria-label={t('common.nav.records')}>{hits.map((h, i) => <Hit key={`${h.kind}-${h.shot_id ?? h.plan_id ?? h.text}-${i}`} hit={h} />)}</ul>
                        {found.hasNextPage && <div><Button isDisabled={found.isFetchingNextPage} onPress={() => void found.fetchNextPage()}>{t('common.loadMore', { count: 50 })}</Button></div>}
                    </>
                )}
            </div>
        </Page>
    )
}
