/* Where news goes: mail, web hooks, chat groups. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { all, api } from '~/api/client'
import { keys } from '~/api/queries'
import type { Channel, Language } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button, IconButton } from '~/parts/button'
import { Confirm, Dialog } from '~/parts/dialog'
import { Field, Tick } from '~/parts/field'
import { Select } from '~/parts/menu'
import { Table } from '~/parts/page'
import { Empty, Fault, FaultNote, Loading, useFaultText } from '~/parts/state'
import { toast } from '~/parts/toast'
import people from '~/rooms/people/people.module.css'
import s from './system.module.css'

const kinds: Channel['kind'][] = ['email', 'webhook', 'slack', 'dingtalk', 'wecom', 'feishu']
const events = ['round_finished', 'abnormal', 'failures', 'overdue', 'signed']

interface Form {
    name: string
    kind: Channel['kind']
    target: string
    secret: string
    language: Language
    events: string[]
}

/** Mail goes to addresses; everything else to a URL. */
function settingsOf(form: Form): Record<string, unknown> {
    return form.kind === 'email' ? { to: form.target.split(/[\s,;]+/).filter(Boolean) } : { url: form.target.trim() }
}

function targetOf(channel: Channel): string {
    const { to, url } = channel.settings as { to?: string[] | string; url?: string }
    return url ?? (Array.isArray(to) ? to.join(', ') : (to ?? ''))
}

function ChannelDialog({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
    const { t, i18n } = useTranslation()
    const cache = useQueryClient()
    const [form, setForm] = useState<Form>(() => ({
        name: channel?.name ?? '', kind: channel?.kind ?? 'email', target: channel ? targetOf(channel) : '', secret: '',
        language: channel?.language ?? (i18n.language as Language), events: channel?.events ?? ['round_finished', 'overdue'],
    }))
    const set = (change: Partial<Form>) => setForm((old) => ({ ...old, ...change }))
    /* The address of a chat group's hook is a secret too: it is kept, and never shown again. */
    const isKept = channel !== null && channel.has_secret === true && form.kind === channel.kind
    const save = useMutation({
        mutationFn: () => {
            const body = {
                name: form.name.trim(), kind: form.kind, language: form.language, events: form.events,
                ...(form.target.trim() ? { settings: settingsOf(form) } : {}), ...(form.secret ? { secret: form.secret } : {}),
            }
            return channel ? api.patch(`/channels/${channel.id}`, { ...body, version: channel.version }) : api.post('/channels', body)
        },
        onSuccess: () => { void cache.invalidateQueries({ queryKey: keys.channels }); onClose() },
    })
    return (
        <Dialog
            title={channel ? channel.name : t('system.addChannel')} isOpen onClose={onClose}
            actions={<><Button onPress={onClose}>{t('common.cancel')}</Button><Button kind="primary" isDisabled={!form.name.trim() || (!form.target.trim() && !isKept) || save.isPending} onPress={() => save.mutate()}>{t('common.save')}</Button></>}
        >
            <Field label={t('system.channelName')} value={form.name} onChange={(name) => set({ name })} autoFocus={!channel} isRequired />
            <Select label={t('system.channelKind')} value={form.kind} options={kinds.map((id) => ({ id, text: t(`system.channel.${id}`) }))} onChange={(kind) => set({ kind })} />
            <Field label={t(form.kind === 'email' ? 'system.mailTo' : 'system.hookUrl')} value={form.target} onChange={(target) => set({ target })} isRequired={!isKept} {...(isKept ? { placeholder: t('sources.secretKept') } : {})} />
            {form.kind !== 'email' && <Field label={t('system.hookSecret')} type="password" autoComplete="off" value={form.secret} onChange={(secret) => set({ secret })} {...(channel?.has_secret ? { placeholder: t('sources.secretKept') } : {})} />}
            <Select label={t('common.language.label')} value={form.language} options={[{ id: 'zh-CN', text: '简体中文' }, { id: 'en', text: 'English' }]} onChange={(language) => set({ language })} />
            <div>{events.map((e) => <div key={e}><Tick isSelected={form.events.includes(e)} onChange={(on) => set({ events: on ? [...form.events, e] : form.events.filter((y) => y !== e) })}>{t(`plans.event.${e}`)}</Tick></div>)}</div>
            {save.isError && <FaultNote error={save.error} />}
        </Dialog>
    )
}

export function Channels() {
    const { t } = useTranslation()
    const f = useFormat()
    const cache = useQueryClient()
    const faultText = useFaultText()
    const [open, setOpen] = useState<{ what: 'edit' | 'drop'; channel: Channel | null } | null>(null)
    const channels = useQuery({ queryKey: keys.channels, queryFn: () => all<Channel>('/channels') })
    const test = useMutation({
        mutationFn: (c: Channel) => api.post(`/channels/${c.id}/test`), onSuccess: () => toast({ text: t('system.channelSent') }),
        onError: (e) => { const x = faultText(e); toast({ text: `${x.title} ${x.detail}`, kind: 'alert' }, 10_000) },
    })
    const drop = useMutation({ mutationFn: (c: Channel) => api.drop(`/channels/${c.id}`), onSuccess: () => { void cache.invalidateQueries({ queryKey: keys.channels }); setOpen(null) } })
    const add = <Button kind="primary" icon={<Plus size={15} />} onPress={() => setOpen({ what: 'edit', channel: null })}>{t('system.addChannel')}</Button>
    if (channels.isError && !channels.data) return <Fault error={channels.error} onRetry={() => void channels.refetch()} />
    if (!channels.data) return <Loading rows={3} />
    return (
        <>
            {channels.data.length === 0 ? <Empty title={t('system.noChannels')} text={t('system.noChannelsText')}>{add}</Empty> : (
                <>
                    <div className={s.top}>{add}</div>
                    <Table
                        label={t('system.tab.channels')} rows={channels.data} rowKey={(c) => c.id}
                        columns={[
                            { id: 'name', head: t('system.channelName'), cell: (c) => <Button small kind="quiet" onPress={() => setOpen({ what: 'edit', channel: c })}>{c.name}</Button> },
                            { id: 'kind', head: t('system.channelKind'), cell: (c) => t(`system.channel.${c.kind}`) },
                            { id: 'events', head: t('system.events'), cell: (c) => f.list(c.events.map((e) => t(`plans.event.${e}`))) },
                            { id: 'act', head: t('common.more'), hideHead: true, cell: (c) => (
                                <div className={people.acts}>
                                    <Button small icon={<Send size={14} />} isDisabled={test.isPending} onPress={() => test.mutate(c)}>{t('system.sendTest')}</Button>
                                    <IconButton small label={t('system.dropChannel', { name: c.name })} icon={<Trash2 size={15} />} onPress={() => setOpen({ what: 'drop', channel: c })} />
                                </div>
                            ) },
                        ]}
                    />
                </>
            )}
            {open?.what === 'edit' && <ChannelDialog key={open.channel?.id ?? 'new'} channel={open.channel} onClose={() => setOpen(null)} />}
            <Confirm isOpen={open?.what === 'drop'} title={t('system.dropChannel', { name: open?.channel?.name })} text={t('system.dropChannelText')} action={t('common.delete')} isBusy={drop.isPending} onClose={() => setOpen(null)} onConfirm={() => { if (open?.channel) drop.mutate(open.channel) }} />
        </>
    )
}
