/* Pure: the plan as a form edits it. */
import type { Missing, PanelRef, PlanSpec, Rule, Selection, VariableChoice, Window } from '~/api/types'

export function blankSpec(timezone: string, reviewer: string | null): PlanSpec {
    return {
        name: '', description: '', timezone, selections: [],
        windows: [{ name: '', kind: 'rolling', length: '6h', offset: '0h' }],
        picture: { layout: 'dashboard', width: 1000, height: 500, scale: 1, theme: 'light', format: 'png' },
        schedule: { cron: ['30 8 * * 1-5'], holidays: [], paused: false },
        review: { reviewers: reviewer ? [reviewer] : [], due: '2h', escalate_to: [], second_person: false },
        retention: { days: 400, abnormal_days: 1200 },
        reference: 'previous', rules: [], overlap: 'skip', load: { parallel: 2, quiet: [] }, notify: [],
    }
}

export const windowPresets: Record<string, Window> = {
    hour: { name: '', kind: 'rolling', length: '1h', offset: '0h' },
    hours6: { name: '', kind: 'rolling', length: '6h', offset: '0h' },
    day: { name: '', kind: 'rolling', length: '24h', offset: '0h' },
    week: { name: '', kind: 'rolling', length: '7d', offset: '0h' },
    sameYesterday: { name: '', kind: 'rolling', length: '1h', offset: '24h' },
    yesterday: { name: '', kind: 'calendar', unit: 'day', offset: -1 },
    yesterdayHours: { name: '', kind: 'calendar', unit: 'day', offset: -1, from: '09:00', to: '12:00' },
    lastWeek: { name: '', kind: 'calendar', unit: 'week', offset: -1 },
    lastMonth: { name: '', kind: 'calendar', unit: 'month', offset: -1 },
}

export const blankRule: Rule = { panels: '*', series: '*', stat: 'max', op: '>', value: 90, severity: 'alert', text: '' }

const isOf = (x: Selection, source: string, dashboard: string) => x.source === source && x.dashboard === dashboard

export function selectionOf(spec: PlanSpec, source: string, dashboard: string): Selection | undefined {
    return spec.selections.find((x) => isOf(x, source, dashboard))
}

export function setFolder(spec: PlanSpec, source: string, folder: string, isOn: boolean): PlanSpec {
    const rest = spec.selections.filter((x) => !(x.source === source && x.folder === folder))
    return { ...spec, selections: isOn ? [...rest, { source, folder, panels: 'all' }] : rest }
}

export function setTag(spec: PlanSpec, source: string, tag: string, isOn: boolean): PlanSpec {
    const rest = spec.selections.filter((x) => !(x.source === source && x.tag === tag))
    return { ...spec, selections: isOn ? [...rest, { source, tag, panels: 'all' }] : rest }
}

export function setDashboard(spec: PlanSpec, source: string, dashboard: string, isOn: boolean): PlanSpec {
    const rest = spec.selections.filter((x) => !isOf(x, source, dashboard))
    return { ...spec, selections: isOn ? [...rest, { source, dashboard, panels: 'all', variables: {} }] : rest }
}

/** Ticks or clears one panel; all panels ticked one by one are kept as a list, "all" means panels added later too. */
export function setPanel(spec: PlanSpec, source: string, dashboard: string, panel: PanelRef, allIds: PanelRef[], isOn: boolean): PlanSpec {
    const old = selectionOf(spec, source, dashboard)
    const before = old ? (old.panels === 'all' ? allIds : old.panels) : []
    const panels = isOn ? [...before.filter((p) => p !== panel), panel] : before.filter((p) => p !== panel)
    if (!panels.length) return setDashboard(spec, source, dashboard, false)
    const next: Selection = { ...(old ?? { source, dashboard, variables: {} }), panels: allIds.filter((p) => panels.includes(p)) }
    return { ...spec, selections: old ? spec.selections.map((x) => (x === old ? next : x)) : [...spec.selections, next] }
}

export function setVariable(spec: PlanSpec, source: string, dashboard: string, name: string, choice: VariableChoice | null): PlanSpec {
    return {
        ...spec,
        selections: spec.selections.map((x) => {
            if (!isOf(x, source, dashboard)) return x
            const variables = { ...x.variables }
            if (choice) variables[name] = choice
            else delete variables[name]
            return { ...x, variables }
        }),
    }
}

/** Windows without a name get one in words, so that columns are never blank. */
export function withNames(spec: PlanSpec, nameOf: (w: Window) => string): PlanSpec {
    return { ...spec, name: spec.name.trim(), windows: spec.windows.map((w) => (w.name.trim() ? w : { ...w, name: nameOf(w) })) }
}

export type Rhythm = 'daily' | 'weekdays' | 'weekly' | 'monthly' | 'cron'

/** The rhythm a cron text stands for, if it is one of the simple ones. */
export function rhythmOf(cron: string): { rhythm: Rhythm; time: string; day: number } {
    const other = { rhythm: 'cron' as const, time: '08:30', day: 1 }
    const m = /^(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|1-5|[0-7])$/.exec(cron.trim())
    if (!m) return other
    const time = `${m[2]!.padStart(2, '0')}:${m[1]!.padStart(2, '0')}`
    if (m[3] !== '*') return m[4] === '*' ? { rhythm: 'monthly', time, day: Number(m[3]) } : other
    if (m[4] === '*') return { rhythm: 'daily', time, day: 1 }
    if (m[4] === '1-5') return { rhythm: 'weekdays', time, day: 1 }
    return { rhythm: 'weekly', time, day: Number(m[4]) % 7 }
}

export function cronOf(rhythm: Rhythm, time: string, day: number): string {
    const [h = '8', m = '30'] = time.split(':')
    const at = `${Number(m)} ${Number(h)}`
    switch (rhythm) {
        case 'daily': return `${at} * * *`
        case 'weekdays': return `${at} * * 1-5`
        case 'weekly': return `${at} * * ${day}`
        case 'monthly': return `${at} ${day} * *`
        default: return `${at} * * *`
    }
}

const place = /^selections\[(\d+)\](?:\.(panels)\[(\d+)\]|\.variables\.(.+?)(?:\.values\[(\d+)\])?|\.(dashboard|folder|tag))?$/

/** What can be mended by leaving it out: all but values that could not be had at all. */
export function canLeaveOut(m: Missing): boolean {
    const at = place.exec(m.path)
    return at !== null && (m.what !== 'value' || at[5] !== undefined)
}

/** The plan without what its Grafana has no more. Paths are those of this very spec; the last goes first, so that the others stay true. */
export function withoutMissing(spec: PlanSpec, missing: Missing[]): PlanSpec {
    const selections: (Selection | null)[] = spec.selections.map((x) => ({ ...x, ...(x.variables ? { variables: { ...x.variables } } : {}) }))
    const gone = { panels: new Map<number, Set<number>>(), values: new Map<string, Set<number>>() }
    for (const m of missing.filter(canLeaveOut)) {
        const [, index, , panel, variable, value, whole] = place.exec(m.path)!
        const i = Number(index)
        const x = selections[i]
        if (!x) continue
        if (whole) selections[i] = null
        else if (panel !== undefined) gone.panels.set(i, (gone.panels.get(i) ?? new Set()).add(Number(panel)))
        else if (variable !== undefined && value !== undefined) gone.values.set(`${i}/${variable}`, (gone.values.get(`${i}/${variable}`) ?? new Set()).add(Number(value)))
        else if (variable !== undefined && x.variables) delete x.variables[variable]
    }
    for (const [i, set] of gone.panels) {
        const x = selections[i]
        if (!x || x.panels === 'all') continue
        const panels = x.panels.filter((_, n) => !set.has(n))
        selections[i] = panels.length ? { ...x, panels } : null
    }
    for (const [key, set] of gone.values) {
        const x = selections[Number(key.slice(0, key.indexOf('/')))]
        const name = key.slice(key.indexOf('/') + 1)
        const choice = x?.variables?.[name]
        if (!x?.variables || !choice) continue
        const values = choice.values.filter((_, n) => !set.has(n))
        if (values.length) x.variables[name] = { ...choice, values }
        else delete x.variables[name]
    }
    return { ...spec, selections: selections.filter((x) => x !== null) }
}
