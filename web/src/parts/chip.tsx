/* Filter chips: each says how many it would leave. */
import { cx } from '~/base/cx'
import s from './chip.module.css'

export interface ChipOption<T extends string> {
    id: T
    text: string
    count?: string
    isAlert?: boolean
}

export function Chips<T extends string>({ label, value, options, onChange }: {
    label: string; value: T | null; options: ChipOption<T>[]; onChange: (value: T | null) => void
}) {
    return (
        <div className={s.chips} role="group" aria-label={label}>
            {options.map((o) => (
                <button
                    key={o.id} type="button" className={cx(s.chip, o.isAlert && s.alert)} aria-pressed={value === o.id}
                    onClick={() => onChange(value === o.id ? null : o.id)}
                >
                    {o.text}
                    {o.count !== undefined && <span className={s.count}>{o.count}</span>}
                </button>
            ))}
        </div>
    )
}
