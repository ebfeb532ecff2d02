/* Short news at the foot of the page, read aloud politely. At most two at a time; a newer one with the same id replaces the older. */
import { useSyncExternalStore } from 'react'
import { cx } from '~/base/cx'
import s from './toast.module.css'

export interface Toast {
    id: string
    text: string
    kind?: 'info' | 'alert'
    action?: { text: string; run: () => void }
}

let toasts: Toast[] = []
const watchers = new Set<() => void>()
const timers = new Map<string, ReturnType<typeof setTimeout>>()

function set(next: Toast[]): void {
    toasts = next
    watchers.forEach((fn) => fn())
}

export function dropToast(id: string): void {
    clearTimeout(timers.get(id))
    timers.delete(id)
    set(toasts.filter((t) => t.id !== id))
}

export function toast(news: Omit<Toast, 'id'> & { id?: string }, ms = news.action ? 8000 : 4000): void {
    const item = { ...news, id: news.id ?? news.text }
    clearTimeout(timers.get(item.id))
    set([...toasts.filter((t) => t.id !== item.id), item].slice(-2))
    timers.set(item.id, setTimeout(() => dropToast(item.id), ms))
}

export function Toasts() {
    const list = useSyncExternalStore((fn) => { watchers.add(fn); return () => watchers.delete(fn) }, () => toasts)
    return (
        <div className={s.stack} role="status" aria-live="polite">
            {list.map((t) => (
                <div key={t.id} className={cx(s.toast, t.kind === 'alert' && s.alert)}>
                    <span>{t.text}</span>
                    {t.action && <button type="button" className={s.action} onClick={() => { t.action?.run(); dropToast(t.id) }}>{t.action.text}</button>}
                </div>
            ))}
        </div>
    )
}
