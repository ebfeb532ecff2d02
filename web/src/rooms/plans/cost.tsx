/* What the plan comes to: the matrix of panels × windows × values, and its cost in minutes and megabytes. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import type { DryRun, PlanSpec } from '~/api/types'
import { useFormat } from '~/base/format'
import { useSettled } from '~/base/settled'
import { pick } from '~/i18n'
import { Bone, FaultNote, Note } from '~/parts/state'
import s from './editor.module.css'

function Matrix({ run, windows }: { run: DryRun; windows: string[] }) {
    const { t } = useTranslation()
    const rows = new Map<string, { dashboard: string; title: string; counts: Map<string, number> }>()
    for (const x of run.shots) {
        const variables = Object.values(x.variables ?? {}).flat().join(', ')
        const title = variables ? `${x.panel} · ${variables}` : x.panel
        const key = `${x.dashboard}|${title}`
        const row = rows.get(key) ?? { dashboard: x.dashboard, title, counts: new Map<string, number>() }
        row.counts.set(x.window, (row.counts.get(x.window) ?? 0) + 1)
        rows.set(key, row)
    }
    let group = ''
    return (
        <div className={s.matrix} tabIndex={0} role="region" aria-label={t('plans.matrix')}>
            <table>
                <thead><tr><th scope="col">{t('review.panel')}</th>{windows.map((w) => <th key={w} scope="col">{w}</th>)}</tr></thead>
                <tbody>
                    {[...rows.entries()].flatMap(([key, row]) => {
                        const head = row.dashboard !== group ? [<tr key={`g-${row.dashboard}`} className={s.group}><th colSpan={windows.length + 1} scope="colgroup">{row.dashboard}</th></tr>] : []
                        group = row.dashboard
                        return [...head, (
                            <tr key={key}>
                                <th scope="row">{row.title}</th>
                                {windows.map((w) => <td key={w}>{(row.counts.get(w) ?? 0) === 1 ? <Check size={14} aria-label="1" /> : (row.counts.get(w) ?? '–')}</td>)}
                            </tr>
                        )]
                    })}
                </tbody>
            </table>
        </div>
    )
}

export function Cost({ spec }: { spec: PlanSpec }) {
    const { t } = useTranslation()
    const f = useFormat()
    const body = useSettled(JSON.stringify(spec), 700)
    const hasPanels = spec.selections.length > 0
    const run = useQuery({
        queryKey: ['dry-run', body], enabled: hasPanels && !body.includes('"selections":[]'), retry: false, staleTime: 60_000, placeholderData: keepPreviousData,
        queryFn: () => api.post<DryRun>('/plans/dry-run', { spec: JSON.parse(body) as PlanSpec }),
    })
    const d = hasPanels ? run.data : undefined
    const cells: [string, string][] = [
        [t('plans.shots'), f.number(d?.total ?? 0)],
        [t('plans.duration'), d ? f.duration(d.estimate.seconds * 1000) : '–'],
        [t('plans.bytesRound'), d ? f.bytes(d.estimate.bytes) : '–'],
        [t('plans.bytesMonth'), d ? f.bytes(d.estimate.bytes_per_month) : '–'],
    ]
    const windows = [...new Set(d?.shots.map((x) => x.window) ?? [])]
    return (
        <section className={s.card} aria-busy={run.isFetching}>
            <h2>{t('plans.result')}</h2>
            <div className={s.cost} aria-live="polite">{cells.map(([k, v]) => <div key={k}><strong>{v}</strong><span>{k}</span></div>)}</div>
            {!hasPanels && <p className="quiet">{t('plans.nothingChosen')}</p>}
            {hasPanels && run.isPending && <Bone height={160} />}
            {hasPanels && run.isError && <FaultNote error={run.error} />}
            {d?.missing.map((m) => <Note key={m.path + m.what} kind="warn">{m.name} {pick(m.mend, f.language)}</Note>)}
            {d?.warnings.map((w) => <Note key={w.en} kind="warn">{pick(w, f.language)}</Note>)}
            {d && d.shots.length > 0 && <Matrix run={d} windows={windows} />}
            {d && d.total > d.shots.length && <p className="quiet small">{t('plans.firstOnly', { shown: f.number(d.shots.length), total: f.number(d.total) })}</p>}
        </section>
    )
}
