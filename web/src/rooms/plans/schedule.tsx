/* When it runs: in words, as cron for those who want it, and the next five times in the plan's own zone. */
import { useQuery } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import type { Both, PlanSpec } from '~/api/types'
import { useFormat } from '~/base/format'
import { useSettled } from '~/base/settled'
import { pick } from '~/i18n'
import { Button, IconButton } from '~/parts/button'
import { TimeBox } from '~/parts/date'
import { Field, NumberBox, TextBox } from '~/parts/field'
import { Select } from '~/parts/menu'
import { FaultNote } from '~/parts/state'
import s from './editor.module.css'
import { cronOf, rhythmOf, type Rhythm } from './spec'

function CronRow({ cron, onChange, onDrop }: { cron: string; onChange: (cron: string) => void; onDrop: () => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const { rhythm, time, day } = rhythmOf(cron)
    const weekday = (d: number) => f.weekday(new Date(Date.UTC(2024, 8, 1 + d)).toISOString(), 'UTC')
    return (
        <div className={s.line}>
            <Select<Rhythm> label={t('plans.rhythmLabel')} value={rhythm} options={(['daily', 'weekdays', 'weekly', 'monthly', 'cron'] as const).map((id) => ({ id, text: t(`plans.rhythm.${id}`) }))} onChange={(r) => onChange(r === 'cron' ? `${cron} ` : cronOf(r, time, r === 'monthly' ? Math.max(1, day) : day))} />
            {rhythm === 'weekly' && <Select label={t('plans.weekday')} value={String(day)} options={[1, 2, 3, 4, 5, 6, 0].map((d) => ({ id: String(d), text: weekday(d) }))} onChange={(d) => onChange(cronOf('weekly', time, Number(d)))} />}
            {rhythm === 'monthly' && <NumberBox label={t('plans.monthDay')} value={day} min={1} max={31} onChange={(d) => onChange(cronOf('monthly', time, d))} />}
            {rhythm !== 'cron' && <TimeBox label={t('plans.time')} value={time} onChange={(v) => onChange(cronOf(rhythm, v, day))} />}
            <Field label="cron" mono value={cron} onChange={onChange} />
            <span className={s.fixed}><IconButton label={t('plans.dropTime')} icon={<Trash2 size={15} />} onPress={onDrop} /></span>
        </div>
    )
}

interface Preview {
    next: string[]
    words: Both
}

export function Schedule({ spec, onChange }: { spec: PlanSpec; onChange: (spec: PlanSpec) => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const { schedule } = spec
    const set = (change: Partial<PlanSpec['schedule']>) => onChange({ ...spec, schedule: { ...schedule, ...change } })
    const asked = useSettled(JSON.stringify({ cron: schedule.cron.map((c) => c.trim()), timezone: spec.timezone, holidays: schedule.holidays }), 400)
    const preview = useQuery({ queryKey: ['schedule', asked], queryFn: () => api.post<Preview>('/schedule/preview', JSON.parse(asked)), enabled: schedule.cron.length > 0, retry: false, staleTime: 60_000 })
    const zones = Intl.supportedValuesOf?.('timeZone') ?? []
    return (
        <>
            {schedule.cron.map((c, i) => (
                <CronRow key={i} cron={c} onChange={(cron) => set({ cron: schedule.cron.map((x, k) => (k === i ? cron : x)) })} onDrop={() => set({ cron: schedule.cron.filter((_, k) => k !== i) })} />
            ))}
            <div className={s.acts}><Button icon={<Plus size={15} />} onPress={() => set({ cron: [...schedule.cron, '30 8 * * 1-5'] })}>{t('plans.addTime')}</Button></div>
            {schedule.cron.length === 0 && <p className="quiet">{t('plans.noSchedule')}</p>}
            {preview.isError && schedule.cron.length > 0 && <FaultNote error={preview.error} />}
            {preview.data && schedule.cron.length > 0 && (
                <div className={s.next} aria-live="polite">
                    <strong>{pick(preview.data.words, f.language)}</strong>
                    <span className="quiet small">{t('plans.nextRuns', { zone: spec.timezone })}</span>
                    {preview.data.next.map((x) => <span key={x}>{f.weekday(x, spec.timezone)} {f.dateTime(x, spec.timezone)}</span>)}
                </div>
            )}
            <Field label={t('plans.timezone')} value={spec.timezone} onChange={(timezone) => onChange({ ...spec, timezone })} note={zones.length && !zones.includes(spec.timezone) && spec.timezone !== 'UTC' ? t('plans.zoneUnknown') : undefined} />
            <TextBox label={t('plans.holidays')} rows={2} mono value={schedule.holidays.join('\n')} onChange={(v) => set({ holidays: v.split(/[\s,]+/).filter(Boolean) })} note={t('plans.holidaysNote')} />
        </>
    )
}
