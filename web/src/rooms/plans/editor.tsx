/* One plan: what to look at and when on the left; what it comes to, and a live try, on the right. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useParams } from 'wouter'
import { ApiError, all, api } from '~/api/client'
import { keys } from '~/api/queries'
import { useMay, useUser } from '~/api/session'
import type { Plan, PlanSpec, Round, Source } from '~/api/types'
import { useDraft } from '~/base/draft'
import { useFormat } from '~/base/format'
import { pick } from '~/i18n'
import { Button, ButtonLink } from '~/parts/button'
import { Field, TextBox } from '~/parts/field'
import { Badge } from '~/parts/mark'
import { Select } from '~/parts/menu'
import { Page } from '~/parts/page'
import { Fault, FaultNote, Loading, Note } from '~/parts/state'
import { Tabs } from '~/parts/tabs'
import { toast } from '~/parts/toast'
import { Cost } from './cost'
import s from './editor.module.css'
import { NotifyOptions, PictureOptions, ReviewOptions } from './options'
import { PlanMenu } from './plan-menu'
import { Rules } from './rules'
import { Schedule } from './schedule'
import { blankSpec, canLeaveOut, setFolder, setTag, withNames, withoutMissing } from './spec'
import { Tree, type Tried } from './tree'
import { TryIt } from './try-it'
import { Windows } from './windows'
import { windowWords } from './words'

function Panels({ spec, onChange, onTry }: { spec: PlanSpec; onChange: (s: PlanSpec) => void; onTry: (t: Tried) => void }) {
    const { t } = useTranslation()
    const sources = useQuery({ queryKey: keys.sources, queryFn: () => all<Source>('/sources') })
    const [chosen, setChosen] = useState<string | null>(spec.selections[0]?.source ?? null)
    const [tag, setTagText] = useState('')
    const source = chosen ?? sources.data?.[0]?.id ?? null
    if (sources.isError) return <FaultNote error={sources.error} />
    if (!sources.data) return <Loading />
    if (!sources.data.length) return <Note>{t('plans.noSource')} <ButtonLink small href="/sources/new">{t('sources.add')}</ButtonLink></Note>
    const groups = spec.selections.filter((x) => x.source === source && (x.tag || x.folder))
    return (
        <>
            <Select label={t('plans.source')} value={source} options={sources.data.map((x) => ({ id: x.id, text: x.name, note: x.url }))} onChange={setChosen} />
            {source && <Tree key={source} spec={spec} source={source} onChange={onChange} onTry={onTry} />}
            {source && (
                <div className={s.line}>
                    <Field label={t('plans.tag')} value={tag} onChange={setTagText} note={t('plans.tagNote')} />
                    <span className={s.fixed}><Button isDisabled={!tag.trim()} onPress={() => { onChange(setTag(spec, source, tag.trim(), true)); setTagText('') }}>{t('plans.addTag')}</Button></span>
                </div>
            )}
            {source && groups.length > 0 && (
                <div className={s.acts}>
                    {groups.map((x) => (
                        <Button key={x.tag ?? x.folder} small onPress={() => onChange(x.tag ? setTag(spec, source, x.tag, false) : setFolder(spec, source, x.folder ?? '', false))}>
                            {x.tag ? t('plans.tagIs', { tag: x.tag }) : t('plans.folderIs', { folder: x.folder })} ✕
                        </Button>
                    ))}
                </div>
            )}
        </>
    )
}

function Editor({ plan, blank }: { plan: Plan | undefined; blank: PlanSpec }) {
    const { t } = useTranslation()
    const f = useFormat()
    const [, go] = useLocation()
    const cache = useQueryClient()
    const mayEdit = useMay('editor')
    const draft = useDraft<PlanSpec>(`plan.${plan?.id ?? 'new'}`, plan?.spec ?? blank)
    const [tried, setTried] = useState<Tried | null>(null)
    const spec = draft.value
    const onChange = (next: PlanSpec) => draft.set(next)
    const named = withNames(spec, (w) => windowWords(w, t))
    const save = useMutation({
        mutationFn: () => (plan ? api.put<Plan>(`/plans/${plan.id}`, { version: plan.version, spec: named }) : api.post<Plan>('/plans', { spec: named })),
        onSuccess: (fresh) => {
            draft.reset(fresh.spec)
            cache.setQueryData(keys.plan(fresh.id), fresh)
            void cache.invalidateQueries({ queryKey: keys.plans })
            void cache.invalidateQueries({ queryKey: keys.today })
            toast({ text: t('plans.saved') })
            if (!plan) go(`/plans/${fresh.id}`, { replace: true })
        },
        onError: (e) => { if (e instanceof ApiError && e.status === 409 && plan) void cache.invalidateQueries({ queryKey: keys.plan(plan.id) }) },
    })
    const run = useMutation({ mutationFn: () => api.post<Round>(`/plans/${plan?.id}/rounds`), onSuccess: (round) => go(`/rounds/${round.id}`) })
    const card = (body: React.ReactNode) => <fieldset className={s.card} disabled={!mayEdit}>{body}</fieldset>
    return (
        <Page
            title={plan ? plan.name : t('plans.add')} size="full"
            sub={plan && <span className="small">{plan.paused && <Badge>{t('common.paused')}</Badge>} {t('plans.version', { n: plan.version, at: f.dateTime(plan.updated_at) })} · {t('today.next', { time: plan.next_run_at ? f.moment(plan.next_run_at, plan.spec.timezone) : '–' })}</span>}
            actions={<>
                {plan && mayEdit && <PlanMenu plan={plan} />}
                {plan && mayEdit && <Button icon={<Play size={14} />} isDisabled={draft.isDirty || run.isPending} onPress={() => run.mutate()}>{t('today.runNow')}</Button>}
                {mayEdit && <Button kind="primary" isDisabled={!spec.name.trim() || !spec.selections.length || save.isPending || (!draft.isDirty && Boolean(plan))} onPress={() => save.mutate()}>{t('common.save')}</Button>}
            </>}
        >
            <div className={s.editor}>
                <div className={s.main}>
                    {!mayEdit && <Note>{t('plans.readOnly')}</Note>}
                    {draft.wasRestored && draft.isDirty && <Note>{t('common.restored')} <Button small kind="quiet" onPress={() => draft.reset(plan?.spec ?? blank)}>{t('common.discard')}</Button></Note>}
                    {plan && plan.drift.length > 0 && <Note kind="warn"><strong>{t('plans.drift')}</strong><ul className={s.drift}>{plan.drift.map((d, i) => <li key={i}>{d.name} {pick(d.mend, f.language)}</li>)}</ul>{mayEdit && !draft.isDirty && plan.drift.some(canLeaveOut) && <Button small onPress={() => onChange(withoutMissing(spec, plan.drift))}>{t('plans.leaveOut')}</Button>}</Note>}
                    {save.isError && <FaultNote error={save.error} />}
                    {run.isError && <FaultNote error={run.error} />}
                    <div className={s.line}>
                        <Field label={t('plans.name')} value={spec.name} onChange={(name) => onChange({ ...spec, name })} isRequired autoFocus={!plan} isReadOnly={!mayEdit} />
                    </div>
                    <Tabs
                        label={t('plans.parts')}
                        items={[
                            { id: 'panels', title: t('plans.tab.panels'), body: () => card(<Panels spec={spec} onChange={onChange} onTry={setTried} />) },
                            { id: 'windows', title: t('plans.tab.windows'), body: () => card(<Windows spec={spec} onChange={onChange} />) },
                            { id: 'schedule', title: t('plans.tab.schedule'), body: () => card(<Schedule spec={spec} onChange={onChange} />) },
                            { id: 'rules', title: t('plans.tab.rules'), body: () => card(<Rules spec={spec} onChange={onChange} />) },
                            { id: 'review', title: t('plans.tab.review'), body: () => card(<ReviewOptions spec={spec} onChange={onChange} />) },
                            { id: 'picture', title: t('plans.tab.picture'), body: () => card(<PictureOptions spec={spec} onChange={onChange} />) },
                            { id: 'notify', title: t('plans.tab.notify'), body: () => card(<><NotifyOptions spec={spec} onChange={onChange} /><TextBox label={t('plans.description')} value={spec.description} onChange={(description) => onChange({ ...spec, description })} /></>) },
                        ]}
                    />
                </div>
                <div className={s.side}>
                    <Cost spec={named} />
                    <TryIt spec={named} tried={tried} lastRound={plan?.last_round?.id ?? null} />
                </div>
            </div>
        </Page>
    )
}

export default function PlanEditorRoom() {
    const { t } = useTranslation()
    const { plan: id } = useParams<{ plan: string }>()
    const me = useUser()
    const isNew = id === 'new'
    const plan = useQuery({ queryKey: keys.plan(id), queryFn: () => api.get<Plan>(`/plans/${id}`), enabled: !isNew })
    const [blank] = useState(() => blankSpec(Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC', me?.id ?? null))
    if (isNew) return <Editor key="new" plan={undefined} blank={blank} />
    if (plan.isError && !plan.data) return <Fault error={plan.error} onRetry={() => void plan.refetch()} />
    if (!plan.data) return <Page title={t('common.loading')}><Loading /></Page>
    return <Editor key={id} plan={plan.data} blank={blank} />
}
