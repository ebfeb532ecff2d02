import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { all, api } from '~/api/client'
import { keys } from '~/api/queries'
import { useUser } from '~/api/session'
import type { Role, Source, User } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button, IconButton } from '~/parts/button'
import { Confirm, Dialog } from '~/parts/dialog'
import { Field, Tick, Toggle } from '~/parts/field'
import { Badge } from '~/parts/mark'
import { Menu, Select } from '~/parts/menu'
import { Table } from '~/parts/page'
import { Fault, FaultNote, Loading, Note } from '~/parts/state'
import { toast } from '~/parts/toast'
import { SessionsDialog } from '~/rooms/signin/sessions'
import s from './people.module.css'
import { Secret } from './secret'

const roles: Role[] = ['viewer', 'reviewer', 'editor', 'admin']

interface Form {
    name: string
    display_name: string
    role: Role
    source_ids: string[] | null
    disabled: boolean
}

function once(): string {
    const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
    return Array.from(crypto.getRandomValues(new Uint8Array(14)), (b) => letters[b % letters.length]).join('').replace(/(.{5})(?=.)/g, '$1-')
}

function UserDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
    const { t } = useTranslation()
    const cache = useQueryClient()
    const [form, setForm] = useState<Form>({ name: user?.name ?? '', display_name: user?.display_name ?? '', role: user?.role ?? 'reviewer', source_ids: user?.source_ids ?? null, disabled: user?.disabled ?? false })
    const [password] = useState(once)
    const sources = useQuery({ queryKey: keys.sources, queryFn: () => all<Source>('/sources') })
    const save = useMutation({
        mutationFn: () => {
            const { name, display_name, role, source_ids, disabled } = form
            return user
                ? api.patch<User>(`/users/${user.id}`, { display_name, role, source_ids, disabled, version: user.version })
                : api.post<User>('/users', { name: name.trim(), display_name: display_name.trim() || name.trim(), role, source_ids, password })
        },
        onSuccess: () => { void cache.invalidateQueries({ queryKey: keys.users }); void cache.invalidateQueries({ queryKey: keys.people }); if (user) { toast({ text: t('people.saved') }); onClose() } },
    })
    const set = (change: Partial<Form>) => setForm((old) => ({ ...old, ...change }))
    if (save.isSuccess && !user) {
        return (
            <Dialog title={t('people.added', { name: form.name })} isOpen onClose={onClose} actions={<Button kind="primary" onPress={onClose}>{t('common.close')}</Button>}>
                <p>{t('people.onceText')}</p>
                <Secret text={password} />
            </Dialog>
        )
    }
    return (
        <Dialog
            title={user ? user.display_name : t('people.addUser')} isOpen onClose={onClose}
            actions={<><Button onPress={onClose}>{t('common.cancel')}</Button><Button kind="primary" isDisabled={!form.name.trim() || save.isPending} onPress={() => save.mutate()}>{t('common.save')}</Button></>}
        >
            <Field label={t('session.user')} value={form.name} onChange={(name) => set({ name })} isReadOnly={Boolean(user)} autoFocus={!user} autoComplete="off" isRequired />
            <Field label={t('people.displayName')} value={form.display_name} onChange={(display_name) => set({ display_name })} autoComplete="off" />
            <Select label={t('people.role')} value={form.role} options={roles.map((id) => ({ id, text: t(`common.role.${id}`), note: t(`people.roleNote.${id}`) }))} onChange={(role) => set({ role })} />
            <Toggle isSelected={form.source_ids === null} onChange={(on) => set({ source_ids: on ? null : [] })}>{t('people.allSources')}</Toggle>
            {form.source_ids !== null && sources.data?.map((x) => (
                <Tick key={x.id} isSelected={form.source_ids?.includes(x.id) ?? false} onChange={(on) => set({ source_ids: on ? [...(form.source_ids ?? []), x.id] : (form.source_ids ?? []).filter((i) => i !== x.id) })}>{x.name}</Tick>
            ))}
            {user && <Toggle isSelected={form.disabled} onChange={(disabled) => set({ disabled })}>{t('people.disabled')}</Toggle>}
            {save.isError && <FaultNote error={save.error} />}
        </Dialog>
    )
}

export function Users() {
    const { t } = useTranslation()
    const f = useFormat()
    const me = useUser()
    const cache = useQueryClient()
    const users = useQuery({ queryKey: keys.users, queryFn: () => all<User>('/users') })
    const [open, setOpen] = useState<{ what: 'edit' | 'drop' | 'reset' | 'sessions'; user: User | null } | null>(null)
    const close = () => setOpen(null)
    const drop = useMutation({ mutationFn: (u: User) => api.drop(`/users/${u.id}`), onSuccess: () => { void cache.invalidateQueries({ queryKey: keys.users }); close() } })
    const reset = useMutation({ mutationFn: (u: User) => api.post<{ password: string }>(`/users/${u.id}/password-reset`) })
    if (users.isError && !users.data) return <Fault error={users.error} onRetry={() => void users.refetch()} />
    if (!users.data) return <Loading />
    return (
        <>
            <div className={s.top}><span className={s.push}><Button kind="primary" icon={<Plus size={15} />} onPress={() => setOpen({ what: 'edit', user: null })}>{t('people.addUser')}</Button></span></div>
            {drop.isError && <FaultNote error={drop.error} />}
            <Table
                label={t('people.tab.users')} rows={users.data} rowKey={(u) => u.id}
                columns={[
                    { id: 'name', head: t('people.displayName'), cell: (u) => <>{u.display_name} {u.disabled && <Badge>{t('people.isDisabled')}</Badge>}</> },
                    { id: 'user', head: t('session.user'), cell: (u) => <span className="mono">{u.name}</span> },
                    { id: 'role', head: t('people.role'), cell: (u) => t(`common.role.${u.role}`) },
                    { id: 'sources', head: t('people.sources'), cell: (u) => (u.source_ids === null ? t('people.all') : f.number(u.source_ids.length)) },
                    { id: 'seen', head: t('people.seen'), cell: (u) => f.ago(u.last_seen_at) },
                    { id: 'act', head: t('common.more'), hideHead: true, cell: (u) => (
                        <div className={s.acts}>
                            <Menu
                                label={t('people.actsOf', { name: u.display_name })} trigger={<IconButton small label={t('people.actsOf', { name: u.display_name })} icon={<Ellipsis size={16} />} />}
                                groups={[{ entries: [
                                    { id: 'edit', text: t('common.edit'), onAction: () => setOpen({ what: 'edit', user: u }) },
                                    { id: 'reset', text: t('people.reset'), onAction: () => { reset.reset(); setOpen({ what: 'reset', user: u }) } },
                                    { id: 'sessions', text: t('session.sessions'), onAction: () => setOpen({ what: 'sessions', user: u }) },
                                    { id: 'drop', text: t('people.disable'), isDisabled: u.id === me?.id || u.disabled, onAction: () => setOpen({ what: 'drop', user: u }) },
                                ] }]}
                            />
                        </div>
                    ) },
                ]}
            />
            {open?.what === 'edit' && <UserDialog key={open.user?.id ?? 'new'} user={open.user} onClose={close} />}
            <Confirm isOpen={open?.what === 'drop'} title={t('people.dropTitle', { name: open?.user?.display_name })} text={t('people.dropText')} action={t('people.disable')} isBusy={drop.isPending} onClose={close} onConfirm={() => { if (open?.user) drop.mutate(open.user) }} />
            {open?.what === 'sessions' && open.user && <SessionsDialog userId={open.user.id} name={open.user.display_name} onClose={close} />}
            {open?.what === 'reset' && (
                <Dialog
                    title={t('people.resetTitle', { name: open.user?.display_name })} isOpen onClose={close}
                    actions={reset.data ? <Button kind="primary" onPress={close}>{t('common.close')}</Button> : <><Button onPress={close}>{t('common.cancel')}</Button><Button kind="danger" isDisabled={reset.isPending} onPress={() => { if (open.user) reset.mutate(open.user) }}>{t('people.reset')}</Button></>}
                >
                    {reset.data ? <><Note>{t('people.onceText')}</Note><Secret text={reset.data.password} /></> : <p>{t('people.resetText')}</p>}
                    {reset.isError && <FaultNote error={reset.error} />}
                </Dialog>
            )}
        </>
    )
}
