import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import type { AuditItem, List } from '~/api/types'
import { useFormat } from '~/base/format'
import { useSettled } from '~/base/settled'
import { Button } from '~/parts/button'
import { DateBox } from '~/parts/date'
import { Field } from '~/parts/field'
import { Table } from '~/parts/page'
import { Empty, Fault, Loading } from '~/parts/state'
import s from './people.module.css'

function detailText(detail: unknown): string {
    if (detail === null || detail === undefined || (typeof detail === 'object' && Object.keys(detail).length === 0)) return ''
    return typeof detail === 'string' ? detail : JSON.stringify(detail)
}

export function Audit() {
    const { t } = useTranslation()
    const f = useFormat()
    const [actor, setActor] = useState('')
    const [action, setAction] = useState('')
    const [from, setFrom] = useState('')
    const asked = useSettled(JSON.stringify({ actor, action, from: from ? new Date(`${from}T00:00:00`).toISOString() : '' }), 300)
    const audit = useInfiniteQuery({
        queryKey: ['audit', asked], initialPageParam: '',
        queryFn: ({ pageParam }) => api.get<List<AuditItem>>('/audit', { ...(JSON.parse(asked) as Record<string, string>), cursor: pageParam }),
        getNextPageParam: (last) => last.next,
    })
    const rows = audit.data?.pages.flatMap((p) => p.items) ?? []
    return (
        <>
            <div className={s.top}>
                <Field label={t('people.actor')} value={actor} onChange={setActor} />
                <Field label={t('people.action')} value={action} onChange={setAction} placeholder="plan.set" />
                <DateBox label={t('plans.from')} value={from} onChange={setFrom} />
            </div>
            {audit.isError && !audit.data && <Fault error={audit.error} onRetry={() => void audit.refetch()} />}
            {audit.isPending && <Loading />}
            {audit.data && rows.length === 0 && <Empty title={t('people.noAudit')} />}
            {rows.length > 0 && (
                <Table
                    label={t('people.tab.audit')} rows={rows} rowKey={(x) => String(x.seq)}
                    columns={[
                        { id: 'seq', head: '#', isNumber: true, cell: (x) => x.seq },
                        { id: 'at', head: t('people.at'), cell: (x) => <span className="nowrap">{f.dateTime(x.at)}</span> },
                        { id: 'actor', head: t('people.actor'), cell: (x) => x.actor },
                        { id: 'action', head: t('people.action'), cell: (x) => <span className="mono">{x.action}</span> },
                        { id: 'object', head: t('people.object'), cell: (x) => <span className="mono">{x.object}</span> },
                        { id: 'detail', head: t('people.detail'), cell: (x) => <div className={`${s.detail} small quiet`}>{detailText(x.detail)}</div> },
                        { id: 'hash', head: t('people.hash'), cell: (x) => <span className="mono small" title={x.hash}>{x.hash?.slice(0, 10)}</span> },
                    ]}
                />
            )}
            {audit.hasNextPage && <div className={s.more}><Button isDisabled={audit.isFetchingNextPage} onPress={() => void audit.fetchNextPage()}>{t('common.loadMore', { count: 50 })}</Button></div>}
        </>
    )
}
