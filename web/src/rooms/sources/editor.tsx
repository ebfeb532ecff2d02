/* One source: how to reach it, as whom, what it may load; the test beside it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useParams } from 'wouter'
import { ApiError, api } from '~/api/client'
import { sayFault } from '~/base/fault-words'
import { keys } from '~/api/queries'
import { useMay } from '~/api/session'
import type { CredentialKind, Source, SourceTest } from '~/api/types'
import { useDraft } from '~/base/draft'
import { Button } from '~/parts/button'
import { Confirm } from '~/parts/dialog'
import { Field, FieldRow, NumberBox, TextBox } from '~/parts/field'
import { Select } from '~/parts/menu'
import { Page } from '~/parts/page'
import { Fault, FaultNote, Forbidden, Loading, Note } from '~/parts/state'
import { toast } from '~/parts/toast'
import { Hops } from './hops'
import { QuietFields, QuietNow } from './quiet'
import { Snippet } from './snippet'
import s from './sources.module.css'

const kinds: CredentialKind[] = ['token', 'basic', 'jwt', 'own_issuer', 'none']

type Form = Omit<Source, 'id' | 'version' | 'last_test' | 'grafana_version' | 'quiet_until'>

const blank: Form = { name: '', url: '', org_id: 1, credential: { kind: 'token' }, ca_pem: '', extra_origins: [], max_parallel: 4, quiet_hours: null }

function formOf(source: Source | undefined): Form {
    if (!source) return blank
    const { name, url, org_id, credential, ca_pem, extra_origins, max_parallel, quiet_hours } = source
    return { name, url, org_id, credential, ca_pem: ca_pem ?? '', extra_origins, max_parallel, quiet_hours: quiet_hours ?? null }
}

/** What is sent: a secret only when one was typed; members of other kinds of credential are left out. */
export function bodyOf(form: Form): Record<string, unknown> {
    const c = form.credential
    const credential: Record<string, unknown> = { kind: c.kind }
    const wanted: Record<CredentialKind, (keyof typeof c)[]> = { none: [], token: ['secret'], basic: ['user', 'secret'], jwt: ['header', 'secret'], own_issuer: ['header', 'subject', 'role'] }
    for (const k of wanted[c.kind]) if (c[k]) credential[k] = c[k]
    return { ...form, ca_pem: form.ca_pem?.trim() || null, url: form.url.trim(), name: form.name.trim(), credential }
}

function faultAt(error: unknown, path: string): string | undefined {
    const found = error instanceof ApiError
        ? error.details.find((d) => d.path === path || d.path?.startsWith(`${path}.`) || d.path?.startsWith(`${path}[`))?.message : undefined
    return found === undefined ? undefined : sayFault(found)
}

function CredentialFields({ form, set, error }: { form: Form; set: (change: Partial<Form>) => void; error: unknown }) {
    const { t } = useTranslation()
    const c = form.credential
    const change = (part: Partial<Form['credential']>) => set({ credential: { ...c, ...part } })
    const secret = (label: string) => (
        <Field
            label={label} type="password" autoComplete="off" value={c.secret ?? ''} onChange={(v) => change({ secret: v })}
            fault={faultAt(error, 'credential.secret')} {...(c.has_secret ? { placeholder: t('sources.secretKept') } : {})} note={t('sources.secretNote')}
        />
    )
    return (
        <>
            <Select<CredentialKind> label={t('sources.credential')} value={c.kind} onChange={(kind) => change({ kind })} options={kinds.map((id) => ({ id, text: t(`sources.kind.${id}`), note: t(`sources.kindNote.${id}`) }))} />
            {c.kind === 'token' && secret(t('sources.token'))}
            {c.kind === 'basic' && <FieldRow><Field label={t('sources.user')} value={c.user ?? ''} autoComplete="off" onChange={(v) => change({ user: v })} />{secret(t('sources.password'))}</FieldRow>}
            {c.kind === 'jwt' && <FieldRow><Field label={t('sources.header')} value={c.header ?? 'X-JWT-Assertion'} onChange={(v) => change({ header: v })} />{secret(t('sources.jwt'))}</FieldRow>}
            {c.kind === 'own_issuer' && (
                <FieldRow>
                    <Field label={t('sources.header')} value={c.header ?? ''} placeholder="X-JWT-Assertion" onChange={(v) => change({ header: v })} />
                    <Field label={t('sources.subject')} value={c.subject ?? ''} onChange={(v) => change({ subject: v })} />
                    <Field label={t('sources.role')} value={c.role ?? ''} placeholder="Viewer" onChange={(v) => change({ role: v })} />
                </FieldRow>
            )}
        </>
    )
}

/** A reload keeps what was typed, but not the secret: it would lie in the browser's storage. */
function withoutSecret(form: Form): Form {
    const { secret: _, ...credential } = form.credential
    return { ...form, credential }
}

function Editor({ source }: { source: Source | undefined }) {
    const { t } = useTranslation()
    const [, go] = useLocation()
    const cache = useQueryClient()
    const mayDrop = useMay('admin')
    const draft = useDraft<Form>(`source.${source?.id ?? 'new'}`, formOf(source), withoutSecret)
    const [isDropping, setDropping] = useState(false)
    const form = draft.value
    const set = (change: Partial<Form>) => draft.set((old) => ({ ...old, ...change }))
    const test = useMutation({
        mutationFn: () => (source ? api.post<SourceTest>(`/sources/${source.id}/test`, draft.isDirty ? bodyOf(form) : undefined) : api.post<SourceTest>('/sources/test', bodyOf(form))),
        onSettled: () => void cache.invalidateQueries({ queryKey: keys.sources }),
    })
    const save = useMutation({
        mutationFn: () => source ? api.patch<Source>(`/sources/${source.id}`, { ...bodyOf(form), version: source.version }) : api.post<Source>('/sources', bodyOf(form)),
        onSuccess: (fresh) => {
            draft.reset(formOf(fresh))
            cache.setQueryData(keys.source(fresh.id), fresh)
            void cache.invalidateQueries({ queryKey: keys.sources })
            toast({ text: t('sources.saved') })
            if (!source) go(`/sources/${fresh.id}`, { replace: true })
        },
    })
    const drop = useMutation({
        mutationFn: () => api.drop(`/sources/${source?.id}`),
        onSuccess: () => { void cache.invalidateQueries({ queryKey: keys.sources }); go('/sources') },
        onSettled: () => setDropping(false),
    })
    const shown = test.data ?? (draft.isDirty ? null : source?.last_test)
    return (
        <Page title={source ? source.name : t('sources.add')} actions={<>
            {source && mayDrop && <Button kind="danger" onPress={() => setDropping(true)}>{t('common.delete')}</Button>}
            <Button isDisabled={!form.url || test.isPending} onPress={() => test.mutate()}>{test.isPending ? t('sources.testing') : t('sources.test')}</Button>
            <Button kind="primary" isDisabled={!form.name.trim() || !form.url.trim() || save.isPending || (!draft.isDirty && Boolean(source))} onPress={() => save.mutate()}>{t('common.save')}</Button>
        </>}>
            <div className={s.editor}>
                <div className={s.form}>
                    {draft.wasRestored && draft.isDirty && <Note>{t('common.restored')} <Button small kind="quiet" onPress={() => draft.reset(formOf(source))}>{t('common.discard')}</Button></Note>}
                    {save.isError && <FaultNote error={save.error} />}
                    {drop.isError && <FaultNote error={drop.error} />}
                    {source && <QuietNow source={source} />}
                    <FieldRow>
                        <Field label={t('sources.name')} value={form.name} onChange={(v) => set({ name: v })} isRequired autoFocus={!source} fault={faultAt(save.error, 'name')} />
                        <NumberBox label={t('sources.org')} value={form.org_id} min={1} onChange={(v) => set({ org_id: v })} note={t('sources.orgNote')} />
                    </FieldRow>
                    <Field label={t('sources.url')} value={form.url} type="url" onChange={(v) => set({ url: v })} isRequired placeholder="https://grafana.example.com/grafana" fault={faultAt(save.error ?? test.error, 'url')} />
                    <CredentialFields form={form} set={set} error={save.error ?? test.error} />
                    <TextBox label={t('sources.origins')} value={form.extra_origins.join('\n')} rows={2} mono onChange={(v) => set({ extra_origins: v.split('\n').map((x) => x.trim()).filter((x, i, l) => x || i === l.length - 1).filter(Boolean) })} note={t('sources.originsNote')} fault={faultAt(save.error, 'extra_origins')} />
                    <TextBox label={t('sources.ca')} value={form.ca_pem ?? ''} rows={3} mono onChange={(v) => set({ ca_pem: v })} placeholder="-----BEGIN CERTIFICATE-----" fault={faultAt(save.error, 'ca_pem')} />
                    <NumberBox label={t('sources.parallel')} value={form.max_parallel} min={1} max={32} onChange={(v) => set({ max_parallel: v })} />
                    <QuietFields value={form.quiet_hours ?? null} onChange={(quiet_hours) => set({ quiet_hours })} faultAt={(path) => faultAt(save.error, path)} />
                </div>
                <div className={s.side}>
                    <section className={s.panel} aria-live="polite">
                        <h2>{t('sources.testTitle')}</h2>
                        {test.isPending && <Loading rows={4} height={40} />}
                        {test.isError && <FaultNote error={test.error} />}
                        {!test.isPending && shown && <Hops test={shown} />}
                        {!test.isPending && !shown && !test.isError && <p className="quiet">{t('sources.testText')}</p>}
                    </section>
                    {source && <Snippet id={source.id} />}
                </div>
            </div>
            <Confirm isOpen={isDropping} title={t('sources.dropTitle', { name: source?.name })} text={t('sources.dropText')} action={t('common.delete')} isBusy={drop.isPending} onClose={() => setDropping(false)} onConfirm={() => drop.mutate()} />
        </Page>
    )
}

export default function SourceEditorRoom() {
    const { t } = useTranslation()
    const { source: id } = useParams<{ source: string }>()
    const mayEdit = useMay('editor')
    const isNew = id === 'new'
    const source = useQuery({ queryKey: keys.source(id), queryFn: () => api.get<Source>(`/sources/${id}`), enabled: mayEdit && !isNew })
    if (!mayEdit) return <Page title={t('common.nav.sources')}><Forbidden role="editor" /></Page>
    if (isNew) return <Editor key="new" source={undefined} />
    if (source.isError && !source.data) return <Fault error={source.error} onRetry={() => void source.refetch()} />
    if (!source.data) return <Page title=""><Loading /></Page>
    return <Editor key={id} source={source.data} />
}
