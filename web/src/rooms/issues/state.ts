/* Pure: where a known issue stands, and which ones a filter keeps. */
import type { KnownIssue } from '~/api/types'

export const issueStates = ['open', 'expiring', 'past'] as const
export type IssueState = (typeof issueStates)[number]

/** So long before its date an issue asks to be looked at again. */
export const soonMs = 3 * 86_400_000

export function stateOf(issue: KnownIssue, now: number): IssueState {
    const until = issue.expires_at ? Date.parse(issue.expires_at) : Infinity
    if (issue.ended || until <= now) return 'past'
    return until - now <= soonMs ? 'expiring' : 'open'
}

/** A change ends the old entry and adds a new one; the old one is no issue of its own. */
export function withoutReplaced(list: KnownIssue[]): KnownIssue[] {
    const starts = new Map<string, number[]>()
    for (const x of list) starts.set(x.panel_key, [...(starts.get(x.panel_key) ?? []), Date.parse(x.from_at ?? '')])
    return list.filter((x) => {
        if (!x.ended || !x.expires_at) return true
        const end = Date.parse(x.expires_at)
        return !starts.get(x.panel_key)?.some((from) => Math.abs(from - end) <= 1000 && from > Date.parse(x.from_at ?? ''))
    })
}

export function isAbout(issue: KnownIssue, words: string): boolean {
    const text = [issue.panel?.title, issue.panel?.dashboard.title, issue.panel?.source.name, issue.comment, issue.link, issue.by?.display_name].join(' ').toLowerCase()
    return words.trim().toLowerCase().split(/\s+/).filter(Boolean).every((w) => text.includes(w))
}

/** What runs out first comes first; what is over, the latest first. */
export function inOrder(list: KnownIssue[], now: number): KnownIssue[] {
    const at = (x: KnownIssue) => (x.expires_at ? Date.parse(x.expires_at) : Infinity)
    const isPast = (x: KnownIssue) => stateOf(x, now) === 'past'
    return [...list].sort((a, b) => Number(isPast(a)) - Number(isPast(b)) || (isPast(a) ? at(b) - at(a) : at(a) - at(b)))
}
