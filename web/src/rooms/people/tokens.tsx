import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { all, api } from '~/api/client'
import { keys } from '~/api/queries'
import type { Role, Scope, Token } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button, IconButton } from '~/parts/button'
import { Confirm, Dialog } from '~/parts/dialog'
import { DateBox } from '~/parts/date'
import { Choice, Field } from '~/parts/field'
import { Select } from '~/parts/menu'
import { Table } from '~/parts/page'
import { Empty, Fault, FaultNote, Loading, Note } from '~/parts/state'
import s from './people.module.css'
import { Secret } from './secret'

const roles: Role[] = ['viewer', 'reviewer', 'editor', 'admin']
type Reach = Scope | 'all'
const reaches: Reach[] = ['all', 'read', 'rounds', 'render']
const year = 365 * 86400_000

function TokenDialog({ onClose }: { onClose: () => void }) {
    const { t } = useTranslation()
    const cache = useQueryClient()
    const [name, setName] = useState('')
    const [role, setRole] = useState<Role>('viewer')
    const [reach, setReach] = useState<Reach>('all')
    const [until, setUntil] = useState(() => new Date(Date.now() + year).toISOString().slice(0, 10))
    const make = useMutation({
        mutationFn: () => api.post<{ token: Token; secret: string }>('/tokens', { name: name.trim(), role, scopes: reach === 'all' ? [] : [reach], expires_at: until ? new Date(`${until}T23:59:59`).toISOString() : null }),
        onSuccess: () => void cache.invalidateQueries({ queryKey: keys.tokens }),
    })
    return (
        <Dialog
            title={t('people.addToken')} isOpen onClose={onClose}
            actions={make.data ? <Button kind="primary" onPress={onClose}>{t('common.close')}</Button> : <><Button onPress={onClose}>{t('common.cancel')}</Button><Button kind="primary" isDisabled={!name.trim() || make.isPending} onPress={() => make.mutate()}>{t('people.makeToken')}</Button></>}
        >
            {make.data ? <><Note>{t('people.tokenOnce')}</Note><Secret text={make.data.secret} /></> : (
                <>
                    <Field label={t('people.tokenName')} value={name} onChange={setName} autoFocus isRequired />
                    <Select label={t('people.role')} value={role} options={roles.map((id) => ({ id, text: t(`common.role.${id}`), note: t(`people.roleNote.${id}`) }))} onChange={setRole} />
                    <Choice<Reach>
                        label={t('people.scope')} value={reach} onChange={setReach}
                        options={reaches.map((id) => ({ id, text: <span><span>{t(`people.scopes.${id}`)}</span><span className={s.explain}>{t(`people.scopeNote.${id}`)}</span></span> }))}
                    />
                    <DateBox label={t('people.expires')} value={until} onChange={setUntil} />
                </>
            )}
            {make.isError && <FaultNote error={make.error} />}
        </Dialog>
    )
}

export function Tokens() {
    const { t } = useTranslation()
    const f = useFormat()
    const cache = useQueryClient()
    const [open, setOpen] = useState<'add' | Token | null>(null)
    const tokens = useQuery({ queryKey: keys.tokens, queryFn: () => all<Token>('/tokens') })
    const drop = useMutation({ mutationFn: (x: Token) => api.drop(`/tokens/${x.id}`), onSuccess: () => { void cache.invalidateQueries({ queryKey: keys.tokens }); setOpen(null) } })
    const add = <Button kind="primary" icon={<Plus size={15} />} onPress={() => setOpen('add')}>{t('people.addToken')}</Button>
    if (tokens.isError && !tokens.data) return <Fault error={tokens.error} onRetry={() => void tokens.refetch()} />
    if (!tokens.data) return <Loading rows={3} />
    return (
        <>
            {tokens.data.length === 0 ? <Empty title={t('people.noTokens')} text={t('people.noTokensText')}>{add}</Empty> : (
                <>
                    <div className={s.top}><span className={s.push}>{add}</span></div>
                    <Table
                        label={t('people.tab.tokens')} rows={tokens.data} rowKey={(x) => x.id}
                        columns={[
                            { id: 'name', head: t('people.tokenName'), cell: (x) => x.name },
                            { id: 'role', head: t('people.role'), cell: (x) => t(`common.role.${x.role}`) },
                            { id: 'scope', head: t('people.scope'), cell: (x) => (x.scopes?.length ? f.list(x.scopes.map((id) => t([`people.scopes.${id}`, 'people.scopes.other'], { scope: id }))) : t('people.scopes.all')) },
                            { id: 'expires', head: t('people.expires'), cell: (x) => (x.expires_at ? f.date(x.expires_at) : t('people.never')) },
                            { id: 'used', head: t('people.used'), cell: (x) => f.ago(x.last_used_at) },
                            { id: 'act', head: t('common.more'), hideHead: true, cell: (x) => <div className={s.acts}><IconButton small label={t('people.dropToken', { name: x.name })} icon={<Trash2 size={15} />} onPress={() => setOpen(x)} /></div> },
                        ]}
                    />
                </>
            )}
            {open === 'add' && <TokenDialog onClose={() => setOpen(null)} />}
            <Confirm
                isOpen={open !== null && open !== 'add'} title={t('people.dropToken', { name: open !== 'add' ? open?.name : '' })} text={t('people.dropTokenText')} action={t('common.delete')}
                isBusy={drop.isPending} onClose={() => setOpen(null)} onConfirm={() => { if (open && open !== 'add') drop.mutate(open) }}
            />
        </>
    )
}
