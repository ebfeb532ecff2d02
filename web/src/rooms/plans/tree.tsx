/* Source → folders → dashboards → panels, by ticking. Panels are read when a dashboard is opened. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronRight, Eye } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import type { Dashboard, DashboardPanel, DashboardRef, List, PanelRef, PlanSpec } from '~/api/types'
import { IconButton } from '~/parts/button'
import { SearchBox, Tick } from '~/parts/field'
import { Bone, FaultNote, Loading, Note } from '~/parts/state'
import s from './editor.module.css'
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

function FolderNode({ uid, title, items, isForced, ...rest }: Common & { uid: string | null; title: string; items: DashboardRef[]; isForced: boolean }) {
    const { t } = useTranslation()
    const whole = uid !== null && rest.spec.selections.some((x) => x.source === rest.source && x.folder === uid)
    const some = items.some((d) => selectionOf(rest.spec, rest.source, d.uid))
    const [isOpen, setOpen] = useState(some || whole)
    const open = isOpen || isForced
    return (
        <div>
            <div className={s.node}>
                <button type="button" className={s.twist} aria-expanded={open} aria-label={t('plans.openFolder', { name: title })} onClick={() => setOpen(!isOpen)}>
                    {open ? <ChevronDown size={15} /> : <ChevronRight size={15} />}
                </button>
                {uid === null ? <strong>{title}</strong> : (
                    <Tick isSelected={whole} isIndeterminate={!whole && some} onChange={() => rest.onChange(setFolder(rest.spec, rest.source, uid, !whole))}>
                        <strong>{title}</strong><span className={s.note}>{whole ? t('plans.wholeFolder') : t('plans.dashboardCount', { count: items.length })}</span>
                    </Tick>
                )}
            </div>
            {open && <div className={s.kids}>{items.map((d) => <DashboardNode key={d.uid} item={d} isInherited={whole} {...rest} />)}</div>}
        </div>
    )
}

export function Tree(props: Common) {
    const { t } = useTranslation()
    const [text, setText] = useState('')
    const query = useDeferredValue(text.trim())
    const found = useQuery({
        queryKey: ['dashboards', props.source, query], staleTime: 60_000, placeholderData: keepPreviousData,
        queryFn: async ({ signal }) => (await api.get<List<DashboardRef>>(`/sources/${props.source}/dashboards`, { query }, signal)).items,
    })
    const folders = new Map<string, { uid: string | null; title: string; items: DashboardRef[] }>()
    for (const d of found.data ?? []) {
        const key = d.folder_uid ?? ''
        const folder = folders.get(key) ?? { uid: d.folder_uid || null, title: d.folder_title || t('plans.noFolder'), items: [] }
        folder.items.push(d)
        folders.set(key, folder)
    }
    return (
        <>
            <SearchBox label={t('plans.searchDashboards')} value={text} onChange={setText} />
            {found.isError && <FaultNote error={found.error} />}
            <div className={s.tree} role="group" aria-label={t('plans.tree')}>
                {found.isPending && <Bone height={180} />}
                {found.data?.length === 0 && <p className="quiet">{t('plans.noDashboards')}</p>}
                {[...folders.values()].map((x) => <FolderNode key={`${x.uid}-${x.title}`} {...props} {...x} isForced={query !== '' || folders.size === 1} />)}
            </div>
        </>
    )
}
