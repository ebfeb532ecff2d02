/* Zoom and pan, the same in every pane: one transform, kept in CSS variables of the stage, moved by d3-zoom on any pane. */
import { select } from 'd3-selection'
import { zoom, zoomIdentity, type D3ZoomEvent, type ZoomBehavior, type ZoomTransform } from 'd3-zoom'
import { useCallback, useEffect, useMemo, useRef } from 'react'

interface Pane extends HTMLElement {
    __zoom?: ZoomTransform
}

export interface TiedZoom {
    stage: React.RefObject<HTMLDivElement | null>
    pane: (el: HTMLElement | null) => (() => void) | undefined
    by: (factor: number) => void
    reset: () => void
    isZoomed: () => boolean
}

export function useTiedZoom(): TiedZoom {
    const stage = useRef<HTMLDivElement>(null)
    const panes = useRef(new Set<Pane>())
    const now = useRef<ZoomTransform>(zoomIdentity)

    const apply = useCallback((t: ZoomTransform, from?: Pane) => {
        now.current = t
        for (const p of panes.current) if (p !== from) p.__zoom = t
        const style = stage.current?.style
        style?.setProperty('--zx', `${t.x}px`)
        style?.setProperty('--zy', `${t.y}px`)
        style?.setProperty('--zk', String(t.k))
        if (stage.current) stage.current.dataset.zoomed = t.k > 1.001 ? 'yes' : 'no'
    }, [])

    const behaviour = useMemo<ZoomBehavior<Pane, unknown>>(() => zoom<Pane, unknown>()
        .scaleExtent([1, 16])
        .filter((e: Event) => {
            if (e.type === 'wheel' || e.type === 'dblclick') return true
            if (e.type.startsWith('touch')) return (e as TouchEvent).touches.length > 1 || now.current.k > 1.001
            return !(e as MouseEvent).button && now.current.k > 1.001
        })
        .on('zoom', function (e: D3ZoomEvent<Pane, unknown>) { apply(e.transform, this) }), [apply])

    const pane = useCallback((el: HTMLElement | null) => {
        if (!el) return undefined
        const p = el as Pane
        panes.current.add(p)
        select(p).call(behaviour)
        p.__zoom = now.current
        const watch = new ResizeObserver(() => {
            behaviour.translateExtent([[0, 0], [p.clientWidth, p.clientHeight]])
        })
        watch.observe(p)
        return () => {
            watch.disconnect()
            select(p).on('.zoom', null)
            panes.current.delete(p)
        }
    }, [behaviour])

    const by = useCallback((factor: number) => {
        const p = panes.current.values().next().value
        if (p) behaviour.scaleBy(select(p), factor)
    }, [behaviour])
    const reset = useCallback(() => {
        const p = panes.current.values().next().value
        if (p) behaviour.transform(select(p), zoomIdentity)
        else apply(zoomIdentity)
    }, [behaviour, apply])
    useEffect(() => apply(now.current), [apply])
    return { stage, pane, by, reset, isZoomed: () => now.current.k > 1.001 }
}
