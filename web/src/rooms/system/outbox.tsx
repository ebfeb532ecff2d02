/* News on its way out, and what could not be delivered. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { all, api } from '~/api/client'
import type { OutboxItem } from '~/api/types'
import { sayFault } from '~/base/fault-words'
import { useFormat } from '~/base/format'
import { Button } from '~/parts/button'
import { Badge } from '~/parts/mark'
import { Chips } from '~/parts/chip'
import { Table } from '~/parts/page'
import { Empty, Fault, Loading } from '~/parts/state'
import people from '~/rooms/people/people.module.css'

const states = ['waiting', 'sent', 'failed'] as const

export function Outbox() {
    const { t } = useTranslation()
    const f = useFormat()
    const cache = useQueryClient()
    const [state, setState] = useState<(typeof states)[number] | null>(null)
    const outbox = useQuery({ queryKey: ['outbox', state], queryFn: () => all<OutboxItem>('/outbox', { state, limit: 100 }), refetchInterval: 10_000 })
    const retry = useMutation({ mutationFn: (id: string) => api.post(`/outbox/${id}/retry`), onSuccess: () => void cache.invalidateQueries({ queryKey: ['outbox'] }) })
    const text = (x: OutboxItem['state']) => t(`system.out.${x}`)
    return (
        <>
            <div className={people.top}><Chips label={t('review.filter.label')} value={state} options={states.map((id) => ({ id, text: text(id) }))} onChange={setState} /></div>
            {outbox.isError && !outbox.data && <Fault error={outbox.error} onRetry={() => void outbox.refetch()} />}
            {outbox.isPending && <Loading rows={3} />}
            {outbox.data?.length === 0 && <Empty title={t('system.outboxEmpty')} text={t('system.outboxEmptyText')} />}
            {outbox.data && outbox.data.length > 0 && (
                <Table
                    label={t('system.tab.outbox')} rows={outbox.data} rowKey={(x) => x.id}
                    columns={[
                        { id: 'at', head: t('people.at'), cell: (x) => f.dateTime(x.created_at) },
                        { id: 'channel', head: t('system.channelName'), cell: (x) => x.channel_name },
                        { id: 'event', head: t('system.event'), cell: (x) => t([`plans.event.${x.event}`, 'system.out.other'], { state: x.event }) },
                        { id: 'state', head: t('system.stateOf'), cell: (x) => <Badge tone={x.state === 'failed' ? 'alert' : 'calm'}>{text(x.state)}</Badge> },
                        { id: 'attempts', head: t('system.attempts'), isNumber: true, cell: (x) => f.number(x.attempts) },
                        { id: 'error', head: t('system.error'), cell: (x) => <div className={people.detail}>{sayFault(x.error ?? '')}</div> },
                        { id: 'act', head: t('common.more'), hideHead: true, cell: (x) => (x.state === 'sent' ? null : <Button small isDisabled={retry.isPending} onPress={() => retry.mutate(x.id)}>{t('common.retry')}</Button>) },
                    ]}
                />
            )}
        </>
    )
}
