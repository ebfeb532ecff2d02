/* The grid: one row a panel, one column a window, grouped by dashboard. One cell at a time is in the tab order. */
import { ChevronDown, ChevronRight } from 'lucide-react'
import type { TFunction } from 'i18next'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { api } from '~/api/client'
import { useQueryClient } from '@tanstack/react-query'
import { keys } from '~/api/queries'
import type { Round, Shot, VerdictValue } from '~/api/types'
import { useFormat, type Format } from '~/base/format'
import { isTyping, useKeys } from '~/base/keys'
import { FindingIcon } from '~/parts/mark'
import { Button } from '~/parts/button'
import { Empty, useFaultText } from '~/parts/state'
import { toast } from '~/parts/toast'
import { AbnormalDialog } from './abnormal'
import { BulkDialog, type BulkAct } from './bulk'
import type { Group, Row } from './filter'
import { Cell } from './grid-cell'
import s from './grid.module.css'
import { lastSeen } from './last-seen'
import type { ReviewState } from './use-review'
import { findingText, loudFindings, shotTitle } from './words'

interface RowProps {
    row: Row
    t: TFunction
    f: Format
    state: ReviewState
    round: Round
    active: string | null
    selection: Set<string>
    hrefOf: (id: string) => string
    onActive: (id: string) => void
    onOpen: (id: string) => void
    onSelect: (id: string, range: boolean) => void
    onReshoot: (id: string) => void
}

function RowLabel({ shots, t, f }: { shots: Shot[]; t: TFunction; f: Format }) {
    const first = shots[0]!
    const findings = shots.flatMap((x) => loudFindings(x)).filter((x, i, list) => x.severity !== 'info' && list.findIndex((y) => y.text.en === x.text.en) === i).slice(0, 2)
    const change = Math.max(...shots.map((x) => x.change?.score ?? 0))
    return (
        <div className={s.label} role="rowheader">
            <strong>{shotTitle(first)}</strong>
            {first.panel.path.length > 0 && <span className={s.path}>{first.panel.path.join(' / ')}</span>}
            {findings.map((x) => (
                <span key={x.text.en} className={s.why}><FindingIcon finding={x} size={14} /><span>{findingText(x, f.language)}</span></span>
            ))}
            {findings.length === 0 && <span className={s.why}>{shots.some((x) => x.change) ? (change >= 0.02 ? t('review.change', { score: f.number(change) }) : t('review.unchanged')) : ''}</span>}
        </div>
    )
}

/** All cells of a row have one shape; small panels are shown a little larger than they are, never blown up. */
function shapeOf(p: Shot['picture'] | undefined): React.CSSProperties {
    const vars = p
        ? { '--shape': String(Math.min(p.width / p.height, 4)), '--most-width': `${p.width * 1.25}px`, '--most-height': `${p.height * 1.25}px` }
        : { '--shape': '2' }
    return vars as React.CSSProperties
}

function GridRow({ row, t, f, state, round, active, selection, hrefOf, onActive, onOpen, onSelect, onReshoot }: RowProps) {
    const shots = row.shots.map((x) => state.byId.get(x.id) ?? x)
    const shape = shots.find((x) => x.picture)?.picture
    return (
        <div className={s.row} role="row" style={shapeOf(shape)}>
            <RowLabel shots={shots} t={t} f={f} />
            {round.windows.map((w) => {
                const shot = shots.find((x) => x.window.index === w.index)
                if (!shot) return <div key={w.index} role="gridcell" className={s.cell} />
                return (
                    <Cell
                        key={shot.id} shot={shot} t={t} f={f} href={hrefOf(shot.id)} zone={round.timezone} isActive={active === shot.id} isSelected={selection.has(shot.id)}
                        isPicking={selection.size > 0} mayJudge={state.mayJudge} onActive={onActive} onOpen={onOpen} onSelect={onSelect} onReshoot={onReshoot}
                    />
                )
            })}
        </div>
    )
}

function GroupTable({ group, children, round, isOpen, onToggle, left }: {
    group: Group; children: React.ReactNode; round: Round; isOpen: boolean; onToggle: () => void; left: number
}) {
    const { t } = useTranslation()
    return (
        <section className={s.group}>
            <h2 className={s.groupHead}>
                <button type="button" aria-expanded={isOpen} onClick={onToggle}>
                    {isOpen ? <ChevronDown size={16} aria-hidden="true" /> : <ChevronRight size={16} aria-hidden="true" />}
                    {group.title}
                </button>
                <span>{t('review.panels', { count: group.rows.length })}{left > 0 && ` · ${t('review.leftHere', { count: left })}`}</span>
            </h2>
            {isOpen && (
                <div className={s.table} role="grid" aria-label={group.title} aria-multiselectable="true" style={{ '--windows': String(round.windows.length) } as React.CSSProperties}>
                    <div className={s.headRow} role="row">
                        <span role="columnheader">{t('review.panel')}</span>
                        {round.windows.map((w) => <span key={w.index} role="columnheader">{w.name}</span>)}
                    </div>
                    {children}
                </div>
            )}
        </section>
    )
}

/** The cell above or below in the same column; what is next in the row otherwise. */
function step(rows: Row[], at: string | null, dx: number, dy: number): string | null {
    const y = rows.findIndex((r) => r.shots.some((x) => x.id === at))
    if (y < 0) return rows[0]?.shots[0]?.id ?? null
    const row = rows[y]!
    const x = row.shots.findIndex((shot) => shot.id === at)
    if (dx) return row.shots[x + dx]?.id ?? at
    const other = rows[y + dy]
    return other?.shots[Math.min(x, other.shots.length - 1)]?.id ?? at
}

export function Grid({ state, round }: { state: ReviewState; round: Round }) {
    const { t } = useTranslation()
    const f = useFormat()
    const [, go] = useLocation()
    const cache = useQueryClient()
    const faultText = useFaultText()
    const [active, setActive] = useState<string | null>(() => lastSeen.get(state.roundId) ?? null)
    const [selection, setSelection] = useState<Set<string>>(new Set())
    const [closed, setClosed] = useState<Set<string>>(new Set())
    const [bulk, setBulk] = useState<BulkAct | null>(null)
    const [abnormal, setAbnormal] = useState<Shot | null>(null)
    const anchor = useRef<string | null>(null)
    const { groups, byId, engine, mayJudge, sequence } = state
    const rows = useMemo(() => groups.filter((g) => !closed.has(g.key)).flatMap((g) => g.rows), [groups, closed])
    const search = state.params.toString()
    const hrefOf = useCallback((id: string) => `/rounds/${state.roundId}/shots/${id}${search ? `?${search}` : ''}`, [state.roundId, search])
    const onOpen = useCallback((id: string) => go(hrefOf(id)), [go, hrefOf])
    const current = active !== null && byId.has(active) && rows.some((r) => r.shots.some((x) => x.id === active)) ? active : (rows[0]?.shots[0]?.id ?? null)

    const reach = useCallback((id: string | null) => {
        if (!id) return
        setActive(id)
        const el = document.getElementById(`shot-${id}`)
        el?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
        el?.focus({ preventScroll: true })
    }, [])

    useEffect(() => {
        const id = lastSeen.get(state.roundId)
        if (!id) return
        const el = document.getElementById(`shot-${id}`)
        el?.scrollIntoView({ block: 'center' })
        if (!isTyping(document.activeElement)) el?.focus({ preventScroll: true }) // "/" brought the reader to the search
    }, [state.roundId])

    const onSelect = useCallback((id: string, range: boolean) => {
        setSelection((old) => {
            const next = new Set(old)
            const order = rows.flatMap((r) => r.shots.map((x) => x.id))
            const from = anchor.current ? order.indexOf(anchor.current) : -1
            const to = order.indexOf(id)
            if (range && from >= 0 && to >= 0) {
                for (const one of order.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(one)
            } else if (next.has(id)) {
                next.delete(id)
            } else {
                next.add(id)
            }
            anchor.current = id
            return next
        })
    }, [rows])

    const onReshoot = useCallback((id: string) => {
        api.post(`/shots/${id}/reshoot`).then(
            () => { toast({ text: t('review.reshooting') }); void cache.invalidateQueries({ queryKey: keys.shots(state.roundId) }) },
            (e: unknown) => { const x = faultText(e); toast({ text: `${x.title} ${x.detail}`, kind: 'alert' }) },
        )
    }, [cache, faultText, state.roundId, t])

    const judge = (value: VerdictValue) => {
        if (!mayJudge || !engine) return
        if (selection.size > 0) {
            setBulk({ value, ids: [...selection] })
            return
        }
        const shot = current ? byId.get(current) : undefined
        if (!shot) return
        if (value === 'abnormal') {
            setAbnormal(shot)
            return
        }
        engine.judge(shot, { value, comment: '', category: '', links: [], dwell_ms: 0, how: 'single' })
        const i = sequence.indexOf(shot.id)
        reach(sequence[i + 1] ?? shot.id)
    }

    const along = (d: number) => {
        const i = current ? sequence.indexOf(current) : -1
        reach(sequence[Math.min(sequence.length - 1, Math.max(0, i + d))] ?? null)
    }
    const extend = (dx: number, dy: number) => {
        if (!current || !mayJudge) return
        if (selection.size === 0) onSelect(current, false)
        const to = step(rows, current, dx, dy)
        if (to && to !== current) onSelect(to, true)
        reach(to)
    }
    useKeys({
        j: () => along(1), k: () => along(-1),
        ArrowDown: () => reach(step(rows, current, 0, 1)), ArrowUp: () => reach(step(rows, current, 0, -1)),
        ArrowRight: () => reach(step(rows, current, 1, 0)), ArrowLeft: () => reach(step(rows, current, -1, 0)),
        'Shift+ArrowDown': () => extend(0, 1), 'Shift+ArrowUp': () => extend(0, -1), 'Shift+ArrowRight': () => extend(1, 0), 'Shift+ArrowLeft': () => extend(-1, 0),
        n: () => judge('normal'), a: () => judge('abnormal'), x: () => judge('not_applicable'),
        s: () => { if (current && mayJudge) onSelect(current, false) },
        u: () => { const id = engine?.undo(); if (id) reach(id) },
        g: () => { if (current) go(hrefOf(current)) },
        /* A cell that has the focus is a link and does it by itself; so does whatever else has it. */
        Enter: () => { if (!current || document.activeElement !== document.body) return false; go(hrefOf(current)); return true },
        c: () => { if (current) go(`${hrefOf(current)}${search ? '&' : '?'}say=1`) },
        Escape: () => setSelection(new Set()),
        ...Object.fromEntries(round.windows.map((w, i) => [String(i + 1), () => {
            const row = rows.find((r) => r.shots.some((x) => x.id === current))
            reach(row?.shots.find((x) => x.window.index === w.index)?.id ?? null)
        }])),
    })

    if (!groups.length) {
        return state.list.length === 0
            ? <Empty title={t('review.noShots')} text={t('review.noShotsText')} />
            : <Empty title={t('review.nothingHere')} text={t('review.nothingHereText')}><Button onPress={() => { state.setFilter(null); state.setParam('q', null) }}>{t('review.showAll')}</Button></Empty>
    }
    return (
        <>
            {groups.map((g) => (
                <GroupTable
                    key={g.key} group={g} round={round} isOpen={!closed.has(g.key)}
                    left={g.rows.reduce((n, r) => n + r.shots.filter((x) => { const v = byId.get(x.id)?.verdict; return !v || v.value === 'undecided' }).length, 0)}
                    onToggle={() => setClosed((old) => { const next = new Set(old); if (!next.delete(g.key)) next.add(g.key); return next })}
                >
                    {g.rows.map((row) => (
                        <GridRow key={row.key} row={row} t={t} f={f} state={state} round={round} active={current} selection={selection} hrefOf={hrefOf} onActive={setActive} onOpen={onOpen} onSelect={onSelect} onReshoot={onReshoot} />
                    ))}
                </GroupTable>
            ))}
            {selection.size > 0 && (
                <div className={s.tray} role="toolbar" aria-label={t('review.selection')}>
                    <b>{t('review.selected', { count: selection.size })}</b>
                    <Button small hint="n" onPress={() => judge('normal')}>{t('common.verdict.normal')}</Button>
                    <Button small hint="a" onPress={() => judge('abnormal')}>{t('review.abnormalMore')}</Button>
                    <Button small hint="x" onPress={() => judge('not_applicable')}>{t('common.verdict.not_applicable')}</Button>
                    <Button small kind="quiet" hint="Esc" onPress={() => setSelection(new Set())}>{t('review.clear')}</Button>
                </div>
            )}
            {bulk && <BulkDialog state={state} act={bulk} onClose={(isDone) => { setBulk(null); if (isDone) setSelection(new Set()) }} />}
            {abnormal && engine && (
                <AbnormalDialog shot={abnormal} onClose={() => setAbnormal(null)} onSave={(said) => {
                    engine.judge(abnormal, { value: 'abnormal', ...said, dwell_ms: 0, how: 'single' })
                    setAbnormal(null)
                }} />
            )}
        </>
    )
}
