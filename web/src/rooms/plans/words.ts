/* Windows in words. */
import type { TFunction } from 'i18next'
import type { Window } from '~/api/types'

function duration(text: string, t: TFunction): string {
    const m = /^(\d+)([smhdw])$/.exec(text.trim())
    return m ? t(`plans.unit.${m[2]}`, { count: Number(m[1]) }) : text
}

export function windowWords(w: Window, t: TFunction): string {
    if (w.kind === 'fixed') return `${w.from} – ${w.to}`
    if (w.kind === 'rolling') {
        const length = duration(w.length, t)
        return /^0+[smhdw]?$/.test(w.offset) ? t('plans.lastFor', { length }) : t('plans.lastForBefore', { length, offset: duration(w.offset, t) })
    }
    const which = w.offset === 0 ? t(`plans.calendar.this_${w.unit}`) : w.offset === -1 ? t(`plans.calendar.last_${w.unit}`) : t(`plans.calendar.back_${w.unit}`, { count: -w.offset })
    return w.unit === 'day' && w.from && w.to ? `${which} ${w.from}–${w.to}` : which
}
