/* The hours in which nothing of a source is loaded, in its own time zone. */
import { Moon, Plus, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { QuietHours, Source } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button, IconButton } from '~/parts/button'
import { TimeBox } from '~/parts/date'
import { Field } from '~/parts/field'
import { Badge } from '~/parts/mark'
import { Note } from '~/parts/state'
import s from './sources.module.css'

export function QuietFields({ value, onChange, faultAt }: { value: QuietHours | null; onChange: (value: QuietHours | null) => void; faultAt: (path: string) => string | undefined }) {
    const { t } = useTranslation()
    const timezone = value?.timezone ?? (Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC')
    const hours = value?.hours ?? []
    const set = (next: QuietHours['hours'], zone = timezone) => onChange(next.length ? { timezone: zone, hours: next } : null)
    const change = (i: number, part: Partial<QuietHours['hours'][number]>) => set(hours.map((x, k) => (k === i ? { ...x, ...part } : x)))
    return (
        <fieldset className={s.quiet}>
            <legend>{t('sources.quiet')}</legend>
            <p className="quiet small">{t('sources.quietText')}</p>
            {hours.map((x, i) => (
                <div key={i} className={s.hours} role="group" aria-label={t('sources.quietSpan', { from: x.from, to: x.to })}>
                    <TimeBox label={t('plans.from')} value={x.from} onChange={(from) => change(i, { from })} fault={faultAt(`quiet_hours.hours[${i}]`)} />
                    <TimeBox label={t('plans.to')} value={x.to} onChange={(to) => change(i, { to: to === '00:00' ? '24:00' : to })} />
                    <IconButton label={t('sources.quietDrop', { from: x.from, to: x.to })} icon={<Trash2 size={15} />} onPress={() => set(hours.filter((_, k) => k !== i))} />
                </div>
            ))}
            <div className={s.acts}><Button small icon={<Plus size={14} />} onPress={() => set([...hours, { from: '22:00', to: '06:00' }])}>{t('sources.quietAdd')}</Button></div>
            {hours.length > 0 && <Field label={t('plans.timezone')} value={timezone} onChange={(zone) => set(hours, zone.trim())} note={t('sources.quietZone')} fault={faultAt('quiet_hours.timezone')} />}
        </fieldset>
    )
}

/** Until when it is quiet, in the source's zone. */
function useUntil(source: Source): string | null {
    const f = useFormat()
    return source.quiet_until ? f.moment(source.quiet_until, source.quiet_hours?.timezone ?? 'UTC') : null
}

export function QuietNow({ source }: { source: Source }) {
    const { t } = useTranslation()
    const until = useUntil(source)
    return until && <Note>{t('sources.quietNow', { until })}</Note>
}

export function QuietBadge({ source }: { source: Source }) {
    const { t } = useTranslation()
    const until = useUntil(source)
    return until && <Badge><Moon size={13} aria-hidden="true" />{t('sources.quietUntil', { until })}</Badge>
}
