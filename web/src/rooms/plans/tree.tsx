/* Source → folders → dashboards → panels, by ticking. Panels are read when a dashboard is opened. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronRight, Eye } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { all, api } from '~/api/client'
import type { Dashboard, DashboardPanel, DashboardRef, PanelRef, PlanSpec } from '~/api/types'
import { IconButton } from '~/parts/button'
import { SearchBox, Tick } from '~/parts/field'
import { Bone, FaultNote, Loading, Note } from '~/parts/state'
import s from './editor.module.css'
import { dashboardsIn, treeOf, type Folder, type FolderRef } from './folders'
import { selectionOf, setDashboard, setFolder, setPanel } from './spec'
import { Variables } from './variables'

export interface Tried {
    source: string
    dashboard: string
    panel: PanelRef
    title: string
}

interface Common {
    spec: PlanSpec
    source: string
    onChange: (spec: PlanSpec) => void
    onTry: (t: Tried) => void
}

export function dashboardQuery(source: string, uid: string) {
    return { queryKey: ['dashboard', source, uid], queryFn: () => api.get<Dashboard>(`/sources/${source}/dashboards/${encodeURIComponent(uid)}`), staleTime: 60_000 }
}

const refOf = (p: DashboardPanel): PanelRef => p.id || p.key

function Panels({ spec, source, uid, isInherited, onChange, onTry }: Common & { uid: string; isInherited: boolean }) {
    const { t } = useTranslation()
    const dashboard = useQuery(dashboardQuery(source, uid))
    if (dashboard.isError) return <FaultNote error={dashboard.error} />
    if (!dashboard.data) return <Loading rows={3} height={22} />
    const d = dashboard.data
    const ids = d.panels.map(refOf)
    const chosen = selectionOf(spec, source, uid)
    const isOn = (id: PanelRef) => isInherited || (chosen !== undefined && (chosen.panels === 'all' || chosen.panels.includes(id)))
    let path = ''
    return (
        <div className={s.kids}>
            {d.warnings?.map((w) => <Note key={w} kind="warn">{w}</Note>)}
            {d.panels.map((p) => {
                const here = p.path.join(' / ')
                const head = here !== path
                path = here
                return (
                    <div key={p.key}>
                        {head && here && <div className={s.path}>{here}</div>}
                        <div className={s.node}>
                            <Tick isSelected={isOn(refOf(p))} isDisabled={isInherited} onChange={(on) => onChange(setPanel(spec, source, uid, refOf(p), ids, on))}>
                                <span>{p.title || t('plans.untitled')}{p.repeat && <span className={s.note}>{t('plans.repeats', { variable: p.repeat })}</span>}{p.timeless && <span className={s.note}>{t('plans.timeless')}</span>}</span>
                            </Tick>
                            <IconButton small label={t('plans.tryPanel', { panel: p.title })} icon={<Eye size={15} />} onPress={() => onTry({ source, dashboard: uid, panel: refOf(p), title: p.title })} />
                        </div>
                    </div>
                )
            })}
            {chosen && d.variables.length > 0 && <Variables spec={spec} source={source} dashboard={d} onChange={onChange} />}
        </div>
    )
}

function DashboardNode({ item, isInherited, ...rest }: Common & { item: DashboardRef; isInherited: boolean }) {
    const { t } = useTranslation()
    const chosen = selectionOf(rest.spec, rest.source, item.uid)
    const [isOpen, setOpen] = useState(false)
    return (
        <div>
            <div className={s.node}>
                <button type="button" className={s.twist} aria-expanded={isOpen} aria-label={t('plans.openDashboard', { name: item.title })} onClick={() => setOpen(!isOpen)}>
                    {isOpen ? <ChevronDown size={15} /> : <ChevronRight size={15} />}
                </button>
                <Tick
                    isSelected={isInherited || chosen?.panels === 'all'} isIndeterminate={!isInherited && Array.isArray(chosen?.panels)} isDisabled={isInherited}
                    onChange={(on) => { rest.onChange(setDashboard(rest.spec, rest.source, item.uid, on)); if (on) setOpen(true) }}
                >
                    <span>{item.title}{Array.isArray(chosen?.panels) && <span className={s.note}>{t('plans.panelCount', { count: chosen.panels.length })}</span>}{chosen?.panels === 'all' && <span className={s.note}>{t('plans.allPanels')}</span>}</span>
                </Tick>
            </div>
            {isOpen && <Panels {...rest} uid={item.uid} isInherited={isInherited} />}
        </div>
    )
}

function FolderNode({ folder, isForced, ...rest }: Common & { folder: Folder; isForced: boolean }) {
    const { t } = useTranslation()
    const { uid, title, items, kids } = folder
    const whole = uid !== null && rest.spec.selections.some((x) => x.source === rest.source && x.folder === uid)
    const some = items.some((d) => selectionOf(rest.spec, rest.source, d.uid))
    const below = dashboardsIn(folder)
    const [isOpen, setOpen] = useState(() => whole || below.some((d) => selectionOf(rest.spec, rest.source, d.uid) || rest.spec.selections.some((x) => x.source === rest.source && x.folder === d.folder_uid)))
    const open = isOpen || isForced
    return (
        <div>
            <div className={s.node}>
                <button type="button" className={s.twist} aria-expanded={open} aria-label={t('plans.openFolder', { name: title })} onClick={() => setOpen(!isOpen)}>
                    {open ? <ChevronDown size={15} /> : <ChevronRight size={15} />}
                </button>
                {uid === null || !items.length ? <strong>{title}<span className={s.note}>{t('plans.dashboardCount', { count: below.length })}</span></strong> : (
                    <Tick isSelected={whole} isIndeterminate={!whole && some} onChange={() => rest.onChange(setFolder(rest.spec, rest.source, uid, !whole))}>
                        <strong>{title}</strong><span className={s.note}>{whole ? t('plans.wholeFolder') : t('plans.dashboardCount', { count: items.length })}</span>
                    </Tick>
                )}
            </div>
            {open && (
                <div className={s.kids}>
                    {kids.map((x) => <FolderNode key={x.uid} {...rest} folder={x} isForced={isForced} />)}
                    {items.map((d) => <DashboardNode key={d.uid} item={d} isInherited={whole} {...rest} />)}
                </div>
            )}
        </div>
    )
}

export function Tree(props: Common) {
    const { t } = useTranslation()
    const [text, setText] = useState('')
    const query = useDeferredValue(text.trim())
    const found = useQuery({
        queryKey: ['dashboards', props.source, query], staleTime: 60_000, placeholderData: keepPreviousData,
        queryFn: ({ signal }) => all<DashboardRef>(`/sources/${props.source}/dashboards`, { query }, signal),
    })
    const folders = useQuery({ queryKey: ['folders', props.source], staleTime: 60_000, queryFn: ({ signal }) => all<FolderRef>(`/sources/${props.source}/folders`, { limit: null }, signal) })
    const isReady = found.data !== undefined && !folders.isPending
    const tree = isReady ? treeOf(folders.data ?? [], found.data, t('plans.noFolder')) : []
    return (
        <>
            <SearchBox label={t('plans.searchDashboards')} value={text} onChange={setText} />
            {(found.isError || folders.isError) && <FaultNote error={found.error ?? folders.error} />}
            <div className={s.tree} role="group" aria-label={t('plans.tree')}>
                {!isReady && !found.isError && <Bone height={180} />}
                {isReady && tree.length === 0 && <p className="quiet">{t('plans.noDashboards')}</p>}
                {tree.map((x) => <FolderNode key={x.uid ?? ''} {...props} folder={x} isForced={query !== '' || tree.length === 1} />)}
            </div>
        </>
    )
}
