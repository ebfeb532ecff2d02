/* The time windows: by preset, or by form. They are relative to the round's moment. */
import { Plus, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { PlanSpec, Window } from '~/api/types'
import { Button, IconButton } from '~/parts/button'
import { DateBox, TimeBox } from '~/parts/date'
import { Field, NumberBox } from '~/parts/field'
import { Menu, Select } from '~/parts/menu'
import s from './editor.module.css'
import { windowPresets } from './spec'
import { windowWords } from './words'

type Kind = Window['kind']
type Unit = 'day' | 'week' | 'month'

function fresh(kind: Kind, name: string): Window {
    if (kind === 'rolling') return { name, kind, length: '6h', offset: '0h' }
    if (kind === 'calendar') return { name, kind, unit: 'day', offset: -1 }
    const now = new Date()
    return { name, kind, from: new Date(now.getTime() - 86400_000).toISOString(), to: now.toISOString() }
}

/* A fixed window is written in this browser's time and kept in UTC. */
const local = (at: string) => {
    const d = new Date(at)
    return Number.isNaN(d.getTime()) ? { day: '', time: '' } : splitLocal(new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString())
}
const splitLocal = (iso: string) => ({ day: iso.slice(0, 10), time: iso.slice(11, 16) })

function Moment({ label, value, onChange }: { label: string; value: string; onChange: (at: string) => void }) {
    const { t } = useTranslation()
    const { day, time } = local(value)
    const set = (d: string, h: string) => {
        const at = new Date(`${d}T${h}`)
        if (!Number.isNaN(at.getTime())) onChange(at.toISOString())
    }
    return (
        <>
            <DateBox label={label} value={day} onChange={(d) => set(d, time || '00:00')} />
            <TimeBox label={t('plans.time')} value={time} onChange={(h) => set(day, h)} />
        </>
    )
}

function Parts({ w, set }: { w: Window; set: (w: Window) => void }) {
    const { t } = useTranslation()
    if (w.kind === 'rolling') {
        return (
            <>
                <Field label={t('plans.length')} value={w.length} onChange={(length) => set({ ...w, length })} placeholder="6h" />
                <Field label={t('plans.offset')} value={w.offset} onChange={(offset) => set({ ...w, offset })} placeholder="0h" />
            </>
        )
    }
    if (w.kind === 'calendar') {
        return (
            <>
                <Select<Unit> label={t('plans.unitLabel')} value={w.unit} options={(['day', 'week', 'month'] as const).map((id) => ({ id, text: t(`plans.calendarUnit.${id}`) }))} onChange={(unit) => set(unit === 'day' ? { ...w, unit } : { name: w.name, kind: 'calendar', unit, offset: w.offset })} />
                <NumberBox label={t('plans.back')} value={-w.offset} min={0} max={60} onChange={(n) => set({ ...w, offset: n === 0 ? 0 : -n })} />
                {w.unit === 'day' && <TimeBox label={t('plans.from')} value={w.from ?? ''} onChange={(from) => set({ ...w, from })} />}
                {w.unit === 'day' && <TimeBox label={t('plans.to')} value={w.to ?? ''} onChange={(to) => set({ ...w, to: to === '00:00' ? '24:00' : to })} />}
            </>
        )
    }
    return (
        <>
            <Moment label={t('plans.from')} value={w.from} onChange={(from) => set({ ...w, from })} />
            <Moment label={t('plans.to')} value={w.to} onChange={(to) => set({ ...w, to })} />
        </>
    )
}

export function Windows({ spec, onChange }: { spec: PlanSpec; onChange: (spec: PlanSpec) => void }) {
    const { t } = useTranslation()
    const set = (i: number, w: Window) => onChange({ ...spec, windows: spec.windows.map((x, k) => (k === i ? w : x)) })
    return (
        <>
            {spec.windows.map((w, i) => (
                <div key={i} className={s.rowCard}>
                    <div className={s.line}>
                        <Field label={t('plans.windowName')} value={w.name} placeholder={windowWords(w, t)} onChange={(name) => set(i, { ...w, name })} />
                        <Select<Kind> label={t('plans.windowKind')} value={w.kind} options={(['rolling', 'calendar', 'fixed'] as const).map((id) => ({ id, text: t(`plans.kind.${id}`) }))} onChange={(kind) => set(i, fresh(kind, w.name))} />
                        <Parts w={w} set={(x) => set(i, x)} />
                        <span className={s.fixed}><IconButton label={t('plans.dropWindow', { name: w.name || windowWords(w, t) })} icon={<Trash2 size={15} />} isDisabled={spec.windows.length < 2} onPress={() => onChange({ ...spec, windows: spec.windows.filter((_, k) => k !== i) })} /></span>
                    </div>
                    <p className="quiet small">{windowWords(w, t)}</p>
                </div>
            ))}
            <div className={s.acts}>
                <Menu
                    label={t('plans.addWindow')} trigger={<Button icon={<Plus size={15} />}>{t('plans.addWindow')}</Button>}
                    groups={[{ entries: Object.entries(windowPresets).map(([id, w]) => ({ id, text: windowWords(w, t), onAction: () => onChange({ ...spec, windows: [...spec.windows, { ...w }] }) })) }]}
                />
            </div>
        </>
    )
}
