/* The frame of a room: its heading, its actions, its sections and tables. */
import { useEffect, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { cx } from '~/base/cx'
import s from './page.module.css'

export function useTitle(title: string): void {
    const { t } = useTranslation()
    useEffect(() => {
        document.title = title ? `${title} · ${t('common.product')}` : t('common.product')
    }, [title, t])
}

export function Page({ title, sub, actions, children, size }: {
    title: string; sub?: ReactNode; actions?: ReactNode; children: ReactNode; size?: 'narrow' | 'full'
}) {
    useTitle(title)
    return (
        <div className={cx(s.page, size === 'narrow' && s.narrow, size === 'full' && s.full)}>
            <div className={s.head}>
                <h1>{title}</h1>
                {actions && <div className={s.actions}>{actions}</div>}
                {sub && <div className={s.sub}>{sub}</div>}
            </div>
            {children}
        </div>
    )
}

export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
    return (
        <section className={s.section}>
            <div className={s.sectionHead}><h2>{title}</h2>{actions}</div>
            {children}
        </section>
    )
}

export function Card({ children }: { children: ReactNode }) {
    return <div className={cx(s.card, s.pad)}>{children}</div>
}

export interface Column<T> {
    id: string
    head: string
    isNumber?: boolean
    hideHead?: boolean
    cell: (row: T) => ReactNode
}

export function Table<T>({ label, columns, rows, rowKey }: { label: string; columns: Column<T>[]; rows: T[]; rowKey: (row: T, i: number) => string }) {
    return (
        <div className={s.wrap} tabIndex={0} role="region" aria-label={label}>
            <table className={s.table}>
                <caption className="sr">{label}</caption>
                <thead>
                    <tr>{columns.map((c) => <th key={c.id} scope="col" className={c.isNumber ? 'num' : undefined}>{c.hideHead ? <span className="sr">{c.head}</span> : c.head}</th>)}</tr>
                </thead>
                <tbody>
                    {rows.map((row, i) => (
                        <tr key={rowKey(row, i)}>{columns.map((c) => <td key={c.id} className={c.isNumber ? 'num' : undefined}>{c.cell(row)}</td>)}</tr>
                    ))}
                </tbody>
            </table>
        </div>
    )
}

export function Facts({ items }: { items: [string, ReactNode][] }) {
    return <dl className={s.facts}>{items.map(([k, v]) => <Pair key={k} name={k} value={v} />)}</dl>
}

function Pair({ name, value }: { name: string; value: ReactNode }) {
    return <><dt>{name}</dt><dd>{value}</dd></>
}
