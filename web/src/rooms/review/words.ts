/* What a shot is called, aloud and in print. */
import type { TFunction } from 'i18next'
import type { Finding, Shot } from '~/api/types'
import { sayFault } from '~/base/fault-words'
import type { Format } from '~/base/format'
import { pick } from '~/i18n'
import { variableText } from './filter'

export function shotTitle(shot: Shot): string {
    const variables = variableText(shot)
    return variables ? `${shot.panel.title} · ${variables}` : shot.panel.title
}

export function rangeText(shot: Shot, f: Format, zone: string): string {
    return `${f.dateTime(shot.window.from, zone)} – ${f.moment(shot.window.to, zone)}`
}

/** The finding in the reader's language, the server's own words that it quotes included. */
export function findingText(finding: Finding, language: string): string {
    const text = pick(finding.text, language), quoted = finding.evidence?.message
    return typeof quoted === 'string' && quoted ? text.replace(quoted, () => sayFault(quoted)) : text
}

export function failureText(shot: Shot, language: string): string {
    const finding = shot.findings.find((x) => x.kind === 'not_rendered')
    return finding ? findingText(finding, language) : sayFault(shot.message ?? '')
}

/** Findings worth a line in the grid, the loudest first. */
export function loudFindings(shot: Shot): Finding[] {
    const rank = { alert: 0, warn: 1, info: 2 }
    return [...shot.findings].sort((a, b) => rank[a.severity] - rank[b.severity])
}

/** The name of a picture for somebody who does not see it: what, when, and what was found. */
export function pictureAlt(shot: Shot, t: TFunction, f: Format, zone: string): string {
    const found = shot.findings.length ? shot.findings.map((x) => findingText(x, f.language)).join('; ') : t('review.noFindings')
    return t('review.alt', { panel: shotTitle(shot), dashboard: shot.dashboard.title, window: shot.window.name, range: rangeText(shot, f, zone), found })
}
