/* Dates, numbers and sizes in the reader's language. Times of a round are shown in the plan's zone, all else in the browser's. */
import { useTranslation } from 'react-i18next'

export interface Format {
    language: string
    dateTime: (at: string | null | undefined, zone?: string) => string
    /** A moment of a plan in the plan's own zone; says which where the reader's clock shows another time. */
    moment: (at: string | null | undefined, zone: string) => string
    date: (at: string | null | undefined, zone?: string) => string
    time: (at: string | null | undefined, zone?: string) => string
    shortDay: (at: string, zone?: string) => string
    weekday: (at: string, zone?: string) => string
    ago: (at: string | null | undefined) => string
    number: (n: number | null | undefined, digits?: number) => string
    compact: (n: number | null | undefined) => string
    percent: (share: number, digits?: number) => string
    bytes: (n: number | null | undefined) => string
    duration: (ms: number | null | undefined) => string
    list: (items: string[]) => string
}

const none = '–'

function make(language: string): Format {
    const cache = new Map<string, Intl.DateTimeFormat>()
    const dates = (key: string, options: Intl.DateTimeFormatOptions, zone?: string): Intl.DateTimeFormat => {
        const id = `${key}|${zone ?? ''}`
        let f = cache.get(id)
        if (!f) {
            const full = { ...options, hourCycle: 'h23' as const, ...(zone ? { timeZone: zone } : {}) }
            try {
                f = new Intl.DateTimeFormat(language, full)
            } catch {
                f = new Intl.DateTimeFormat(language, { ...options, hourCycle: 'h23' })
            }
            cache.set(id, f)
        }
        return f
    }
    const show = (key: string, options: Intl.DateTimeFormatOptions) => (at: string | null | undefined, zone?: string) => {
        const ms = at ? Date.parse(at) : NaN
        return Number.isNaN(ms) ? none : dates(key, options, zone).format(ms)
    }
    const dateTime = show('dt', { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' })
    const zoneName = (at: string, zone: string): string => {
        const parts = dates('zone', { hour: '2-digit', timeZoneName: 'shortOffset' }, zone).formatToParts(Date.parse(at))
        return parts.find((p) => p.type === 'timeZoneName')?.value ?? zone
    }
    const plain = new Map<number, Intl.NumberFormat>()
    const numbers = (digits: number): Intl.NumberFormat => {
        const f = plain.get(digits) ?? new Intl.NumberFormat(language, { maximumFractionDigits: digits })
        plain.set(digits, f)
        return f
    }
    const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
    const unit = (value: number, name: string, digits = 0) =>
        new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: language === 'zh-CN' ? 'short' : 'short', maximumFractionDigits: digits }).format(value)
    return {
        language,
        dateTime,
        moment: (at, zone) => {
            const there = dateTime(at, zone)
            return at && there !== none && there !== dateTime(at) ? `${there} ${zoneName(at, zone)}` : there
        },
        date: show('d', { year: 'numeric', month: '2-digit', day: '2-digit' }),
        time: show('t', { hour: '2-digit', minute: '2-digit' }),
        shortDay: show('sd', { month: '2-digit', day: '2-digit' }),
        weekday: show('wd', { weekday: 'short' }),
        ago: (at) => {
            const ms = at ? Date.parse(at) - Date.now() : NaN
            if (Number.isNaN(ms)) return none
            const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86400_000], ['hour', 3600_000], ['minute', 60_000]]
            for (const [name, size] of steps) if (Math.abs(ms) >= size) return relative.format(Math.round(ms / size), name)
            return relative.format(Math.round(ms / 1000), 'second')
        },
        number: (n, digits = 2) => (n === null || n === undefined || Number.isNaN(n) ? none : numbers(digits).format(n)),
        compact: (n) => (n === null || n === undefined ? none : new Intl.NumberFormat(language, { maximumSignificantDigits: 4, notation: Math.abs(n) >= 1e5 ? 'compact' : 'standard' }).format(n)),
        percent: (share, digits = 0) => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits }).format(share),
        bytes: (n) => {
            if (n === null || n === undefined) return none
            const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
            let i = 0
            let v = n
            while (v >= 1000 && i < names.length - 1) {
                v /= 1000
                i++
            }
            return new Intl.NumberFormat(language, { style: 'unit', unit: names[i], unitDisplay: 'short', maximumFractionDigits: v < 10 && i > 0 ? 1 : 0 }).format(v)
        },
        duration: (ms) => {
            if (ms === null || ms === undefined) return none
            const s = ms / 1000
            if (s < 1) return unit(Math.round(ms), 'millisecond')
            if (s < 90) return unit(s, 'second', s < 10 ? 1 : 0)
            if (s < 5400) return unit(s / 60, 'minute')
            if (s < 2 * 86400) return unit(s / 3600, 'hour', 1)
            return unit(s / 86400, 'day')
        },
        list: (items) => new Intl.ListFormat(language, { type: 'conjunction' }).format(items),
    }
}

export function useFormat(): Format {
    const { i18n } = useTranslation()
    return makeFormat(i18n.language)
}

/* One for each language: formatters are dear to make, and every cell of a grid asks for them. */
const made = new Map<string, Format>()

export function makeFormat(language: string): Format {
    const known = made.get(language) ?? make(language)
    made.set(language, known)
    return known
}
