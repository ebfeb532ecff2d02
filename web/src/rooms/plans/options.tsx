/* Who reviews, how long things are kept, what the pictures look like, how hard Grafana may be used, who is told. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { all, api } from '~/api/client'
import { keys } from '~/api/queries'
import { useMay } from '~/api/session'
import type { Channel, Person, PlanSpec } from '~/api/types'
import { Field, FieldRow, NumberBox, Tick, Toggle } from '~/parts/field'
import { Select } from '~/parts/menu'
import s from './editor.module.css'

interface Props {
    spec: PlanSpec
    onChange: (spec: PlanSpec) => void
}

const flip = (list: string[], id: string, on: boolean) => (on ? [...list, id] : list.filter((x) => x !== id))

function People({ label, chosen, onChange }: { label: string; chosen: string[]; onChange: (ids: string[]) => void }) {
    const people = useQuery({ queryKey: keys.people, queryFn: async () => { const x = await api.get<Person[] | { items: Person[] }>('/people'); return Array.isArray(x) ? x : x.items }, staleTime: 60_000 })
    return (
        <fieldset>
            <legend className="quiet small">{label}</legend>
            <div className={s.values}>
                {people.data?.filter((p) => p.role !== 'viewer').map((p) => <Tick key={p.id} isSelected={chosen.includes(p.id)} onChange={(on) => onChange(flip(chosen, p.id, on))}>{p.display_name}</Tick>)}
            </div>
        </fieldset>
    )
}

export function ReviewOptions({ spec, onChange }: Props) {
    const { t } = useTranslation()
    const review = (change: Partial<PlanSpec['review']>) => onChange({ ...spec, review: { ...spec.review, ...change } })
    const retention = (change: Partial<PlanSpec['retention']>) => onChange({ ...spec, retention: { ...spec.retention, ...change } })
    return (
        <>
            <People label={t('plans.reviewers')} chosen={spec.review.reviewers} onChange={(reviewers) => review({ reviewers })} />
            <People label={t('plans.escalate')} chosen={spec.review.escalate_to} onChange={(escalate_to) => review({ escalate_to })} />
            <FieldRow>
                <Field label={t('plans.due')} value={spec.review.due ?? ''} onChange={(due) => review({ due: due.trim() || null })} placeholder="2h" note={t('plans.dueNote')} />
                <NumberBox label={t('plans.days')} value={spec.retention.days} min={1} onChange={(days) => retention({ days })} />
                <NumberBox label={t('plans.abnormalDays')} value={spec.retention.abnormal_days} min={1} onChange={(abnormal_days) => retention({ abnormal_days })} />
            </FieldRow>
            <Toggle isSelected={spec.review.second_person} onChange={(second_person) => review({ second_person })}>{t('plans.second')}</Toggle>
        </>
    )
}

export function PictureOptions({ spec, onChange }: Props) {
    const { t } = useTranslation()
    const picture = (change: Partial<PlanSpec['picture']>) => onChange({ ...spec, picture: { ...spec.picture, ...change } })
    const p = spec.picture
    return (
        <>
            <FieldRow>
                <NumberBox label={t('plans.width')} value={p.width} min={100} max={4000} onChange={(width) => picture({ width })} />
                <NumberBox label={t('plans.height')} value={p.height} min={100} max={4000} onChange={(height) => picture({ height })} />
                <NumberBox label={t('plans.scale')} value={p.scale} min={1} max={4} onChange={(scale) => picture({ scale })} />
                <Select label={t('plans.pictureTheme')} value={p.theme} options={(['light', 'dark'] as const).map((id) => ({ id, text: t(`common.theme.${id}`) }))} onChange={(theme) => picture({ theme })} />
                <Select label={t('plans.layout')} value={p.layout} options={(['dashboard', 'solo'] as const).map((id) => ({ id, text: t(`plans.layouts.${id}`), note: t(`plans.layoutNotes.${id}`) }))} onChange={(layout) => picture({ layout })} />
            </FieldRow>
            <FieldRow>
                <NumberBox label={t('plans.parallel')} value={spec.load.parallel} min={1} max={32} onChange={(parallel) => onChange({ ...spec, load: { ...spec.load, parallel } })} />
                <Field
                    label={t('plans.quiet')} value={spec.load.quiet.map((q) => `${q.from}-${q.to}`).join(', ')} placeholder="12:00-13:00"
                    onChange={(v) => onChange({ ...spec, load: { ...spec.load, quiet: v.split(',').map((x) => x.trim()).filter(Boolean).map((x) => { const [from = '', to = ''] = x.split('-'); return { from: from.trim(), to: to.trim() } }) } })}
                />
                <Select label={t('plans.overlap')} value={spec.overlap} options={(['skip', 'queue', 'cancel_old'] as const).map((id) => ({ id, text: t(`plans.overlaps.${id}`) }))} onChange={(overlap) => onChange({ ...spec, overlap })} />
            </FieldRow>
        </>
    )
}

const events = ['round_finished', 'abnormal', 'failures', 'overdue', 'signed'] as const

export function NotifyOptions({ spec, onChange }: Props) {
    const { t } = useTranslation()
    const mayEdit = useMay('editor')
    const channels = useQuery({ queryKey: keys.channels, queryFn: () => all<Channel>('/channels'), enabled: mayEdit, staleTime: 60_000 })
    if (!channels.data?.length) return <p className="quiet">{t('plans.noChannels')}</p>
    return (
        <>
            {channels.data.map((c) => {
                const mine = spec.notify.find((n) => n.channel === c.id)
                const set = (list: string[] | null) => onChange({ ...spec, notify: [...spec.notify.filter((n) => n.channel !== c.id), ...(list ? [{ channel: c.id, events: list }] : [])] })
                return (
                    <div key={c.id} className={s.rowCard}>
                        <Toggle isSelected={Boolean(mine)} onChange={(on) => set(on ? ['round_finished', 'overdue'] : null)}>{c.name}</Toggle>
                        {mine && <div className={s.values}>{events.map((e) => <Tick key={e} isSelected={mine.events.includes(e)} onChange={(on) => set(flip(mine.events, e, on))}>{t(`plans.event.${e}`)}</Tick>)}</div>}
                    </div>
                )
            })}
        </>
    )
}
