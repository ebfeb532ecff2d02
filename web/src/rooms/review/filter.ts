/* Pure: which shots a filter keeps, in which order, how they form rows, and which comes next. */
import type { Shot } from '~/api/types'

export const filters = ['todo', 'changed', 'failed', 'abnormal', 'mine'] as const
export type Filter = (typeof filters)[number]
export type Order = 'dashboard' | 'change'

/** Below this share of change a picture counts as unchanged (the server's own limit for the filter). */
export const changedFrom = 0.02

export function isUndecided(shot: Shot): boolean {
    return !shot.verdict || shot.verdict.value === 'undecided'
}

/** There is something to judge: it was taken, or it failed for good. */
export function isReady(shot: Shot): boolean {
    return shot.state === 'done' || shot.state === 'failed'
}

export function isChanged(shot: Shot): boolean {
    return (shot.change?.score ?? 0) >= changedFrom || shot.findings.some((f) => f.kind === 'data_changed' || f.kind === 'series_changed')
}

export function passes(shot: Shot, filter: Filter | null, me: string | undefined): boolean {
    switch (filter) {
        case 'todo': return isUndecided(shot)
        case 'changed': return isChanged(shot)
        case 'failed': return shot.state === 'failed'
        case 'abnormal': return shot.verdict?.value === 'abnormal'
        case 'mine': return shot.verdict?.by.id === me && !isUndecided(shot)
        default: return true
    }
}

export function matches(shot: Shot, q: string): boolean {
    const words = q.trim().toLowerCase().split(/\s+/).filter(Boolean)
    if (!words.length) return true
    const text = [
        shot.dashboard.title, shot.dashboard.folder, shot.panel.title, ...shot.panel.path, shot.window.name, shot.verdict?.comment,
        ...Object.values(shot.variables).flat(), ...shot.findings.flatMap((f) => [f.text['zh-CN'], f.text.en]), shot.known_issue?.comment,
    ].join(' ').toLowerCase()
    return words.every((w) => text.includes(w))
}

/** How loudly a shot asks to be seen first: render trouble, then alerts, then warnings, then the measure of change. */
export function urgency(shot: Shot): number {
    const worst = shot.findings.reduce((m, f) => Math.max(m, f.severity === 'alert' ? 2 : f.severity === 'warn' ? 1 : 0), 0)
    return (shot.state === 'failed' ? 8 : 0) + worst * 2 + Math.min(shot.change?.score ?? 0, 1)
}

export interface Row {
    key: string
    shots: Shot[]
}

export interface Group {
    key: string
    title: string
    folder: string | null
    rows: Row[]
}

function variablesOf(shot: Shot): string {
    return Object.entries(shot.variables).map(([k, v]) => `${k}=${Array.isArray(v) ? v.join('+') : v}`).join(',')
}

export function rowKey(shot: Shot): string {
    return `${shot.source.id}|${shot.dashboard.uid}|${shot.panel.key}|${variablesOf(shot)}`
}

export function variableText(shot: Shot): string {
    return Object.values(shot.variables).flat().filter((v) => v !== '$__all').join(', ')
}

export interface View {
    filter: Filter | null
    order: Order
    q: string
    me: string | undefined
}

/** Rows (one panel, all its windows) that hold at least one shot the filter keeps, grouped by dashboard. */
export function groupsOf(shots: Shot[], view: View): Group[] {
    const rows = new Map<string, Row>()
    const kept = new Set<string>()
    for (const shot of shots) {
        const key = rowKey(shot)
        const row = rows.get(key) ?? { key, shots: [] }
        row.shots.push(shot)
        rows.set(key, row)
        if (passes(shot, view.filter, view.me) && matches(shot, view.q)) kept.add(key)
    }
    const groups = new Map<string, Group>()
    for (const row of rows.values()) {
        if (!kept.has(row.key)) continue
        const first = row.shots[0]!
        const key = `${first.source.id}|${first.dashboard.uid}`
        const group = groups.get(key) ?? { key, title: first.dashboard.title, folder: first.dashboard.folder, rows: [] }
        group.rows.push(row)
        groups.set(key, group)
    }
    const list = [...groups.values()]
    if (view.order === 'change') {
        const loud = (row: Row) => Math.max(...row.shots.map(urgency))
        for (const g of list) g.rows.sort((a, b) => loud(b) - loud(a))
        list.sort((a, b) => loud(b.rows[0]!) - loud(a.rows[0]!))
    }
    return list
}

/** The way j and k go: the kept shots in the order of the rows. */
export function sequenceOf(groups: Group[], view: View): string[] {
    return groups.flatMap((g) => g.rows.flatMap((r) => r.shots.filter((s) => passes(s, view.filter, view.me) && matches(s, view.q)).map((s) => s.id)))
}

/** The next undecided shot after this one, round the end and back to the start; null when nothing is left. */
export function nextUndecided(sequence: string[], at: string, byId: Map<string, Shot>): string | null {
    const from = sequence.indexOf(at)
    for (let i = 1; i <= sequence.length; i++) {
        const id = sequence[(from + i + sequence.length) % sequence.length]!
        const shot = byId.get(id)
        if (id !== at && shot && isUndecided(shot) && isReady(shot)) return id
    }
    return null
}

export interface Counts {
    total: number
    decided: number
    undecided: number
    ready: number
    changed: number
    failed: number
    abnormal: number
    mine: number
}

export function countsOf(shots: Shot[], me: string | undefined): Counts {
    const n = (f: (s: Shot) => boolean) => shots.reduce((sum, s) => sum + (f(s) ? 1 : 0), 0)
    const undecided = n(isUndecided)
    return {
        total: shots.length, undecided, decided: shots.length - undecided, ready: n(isReady), changed: n(isChanged),
        failed: n((s) => passes(s, 'failed', me)), abnormal: n((s) => passes(s, 'abnormal', me)), mine: n((s) => passes(s, 'mine', me)),
    }
}
