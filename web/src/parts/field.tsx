/* Form fields: a label, the control, a note, and what is wrong with it. */
import { Check, Minus, Search } from 'lucide-react'
import { useRef, type ReactNode, type Ref } from 'react'
import {
    Checkbox, FieldError, Input, Label, Radio, RadioGroup, Switch, Text, TextArea, TextField, ToggleButton, ToggleButtonGroup,
} from 'react-aria-components'
import { cx } from '~/base/cx'
import s from './field.module.css'

interface Common {
    label: string
    value: string
    onChange: (value: string) => void
    note?: ReactNode
    fault?: string | undefined
    hideLabel?: boolean
    isRequired?: boolean
    isReadOnly?: boolean
    isDisabled?: boolean
    autoFocus?: boolean
    placeholder?: string
}

export function Field({
    label, value, onChange, note, fault, hideLabel, type = 'text', autoComplete, inputRef, mono, inputMode, name, ...rest
}: Common & {
    type?: 'text' | 'password' | 'url' | 'search'; autoComplete?: string; inputRef?: Ref<HTMLInputElement>
    mono?: boolean; inputMode?: 'numeric' | 'decimal'; name?: string
}) {
    const { placeholder, ...field } = rest
    return (
        <TextField
            {...field} className={s.field!} value={value} onChange={onChange} type={type} isInvalid={Boolean(fault)}
            {...(name ? { name } : {})} {...(autoComplete ? { autoComplete } : {})} {...(hideLabel ? { 'aria-label': label } : {})}
        >
            {!hideLabel && <Label className={s.label!}>{label}</Label>}
            <Input className={cx(s.input, mono && 'mono')} {...(placeholder ? { placeholder } : {})} {...(inputRef ? { ref: inputRef } : {})} {...(inputMode ? { inputMode } : {})} />
            {note && <Text slot="description" className={s.note!}>{note}</Text>}
            {fault && <FieldError className={s.fault!}>{fault}</FieldError>}
        </TextField>
    )
}

export function TextBox({ label, value, onChange, note, fault, hideLabel, rows = 3, mono, areaRef, onKeyDown, ...rest }: Common & {
    rows?: number; mono?: boolean; areaRef?: Ref<HTMLTextAreaElement>; onKeyDown?: (e: React.KeyboardEvent<HTMLTextAreaElement>) => void
}) {
    const { placeholder, ...field } = rest
    return (
        <TextField {...field} className={s.field!} value={value} onChange={onChange} isInvalid={Boolean(fault)} {...(hideLabel ? { 'aria-label': label } : {})}>
            {!hideLabel && <Label className={s.label!}>{label}</Label>}
            <TextArea
                className={cx(s.input, mono && 'mono')} rows={rows} {...(placeholder ? { placeholder } : {})} {...(areaRef ? { ref: areaRef } : {})}
                {...(onKeyDown ? { onKeyDown } : {})}
            />
            {note && <Text slot="description" className={s.note!}>{note}</Text>}
            {fault && <FieldError className={s.fault!}>{fault}</FieldError>}
        </TextField>
    )
}

export function NumberBox({ label, value, onChange, min, max, ...rest }: Omit<Common, 'value' | 'onChange'> & {
    value: number; onChange: (value: number) => void; min?: number; max?: number
}) {
    const text = useRef<{ value: number; text: string }>({ value, text: String(value) })
    if (text.current.value !== value) text.current = { value, text: String(value) }
    return (
        <Field
            {...rest} label={label} inputMode="decimal" value={text.current.text}
            onChange={(next) => {
                const n = Number(next)
                const clamped = Number.isFinite(n) ? Math.min(max ?? n, Math.max(min ?? n, n)) : value
                text.current = { value: clamped, text: next }
                onChange(clamped)
            }}
        />
    )
}

export function Tick({ children, isSelected, onChange, isIndeterminate, isDisabled, label }: {
    children?: ReactNode; isSelected: boolean; onChange: (on: boolean) => void; isIndeterminate?: boolean; isDisabled?: boolean; label?: string
}) {
    return (
        <Checkbox
            className={s.check!} isSelected={isSelected} onChange={onChange} isIndeterminate={isIndeterminate ?? false} isDisabled={isDisabled ?? false}
            {...(label ? { 'aria-label': label } : {})}
        >
            <span className={s.square}>{isIndeterminate ? <Minus size={13} strokeWidth={3} /> : <Check size={13} strokeWidth={3} />}</span>
            {children}
        </Checkbox>
    )
}

export function Toggle({ children, isSelected, onChange, isDisabled }: {
    children: ReactNode; isSelected: boolean; onChange: (on: boolean) => void; isDisabled?: boolean
}) {
    return (
        <Switch className={s.check!} isSelected={isSelected} onChange={onChange} isDisabled={isDisabled ?? false}>
            <span className={s.track}><span className={s.knob} /></span>
            {children}
        </Switch>
    )
}

export function Choice<T extends string>({ label, value, options, onChange }: {
    label: string; value: T; options: { id: T; text: ReactNode }[]; onChange: (value: T) => void
}) {
    return (
        <RadioGroup className={s.field!} value={value} onChange={(v) => onChange(v as T)}>
            <Label className={s.label!}>{label}</Label>
            {options.map((o) => (
                <Radio key={o.id} value={o.id} className={s.check!}>
                    <span className={cx(s.square, s.round)}><Check size={11} strokeWidth={4} /></span>
                    {o.text}
                </Radio>
            ))}
        </RadioGroup>
    )
}

export function Segments<T extends string>({ label, value, options, onChange }: {
    label: string; value: T; options: { id: T; text: ReactNode; isDisabled?: boolean }[]; onChange: (value: T) => void
}) {
    return (
        <ToggleButtonGroup
            className={s.segments!} aria-label={label} selectionMode="single" disallowEmptySelection selectedKeys={[value]}
            onSelectionChange={(chosen) => { const [first] = chosen; if (first !== undefined) onChange(first as T) }}
        >
            {options.map((o) => <ToggleButton key={o.id} id={o.id} className={s.segment!} isDisabled={o.isDisabled ?? false}>{o.text}</ToggleButton>)}
        </ToggleButtonGroup>
    )
}

export function SearchBox({ label, value, onChange, inputRef, onKeyDown }: {
    label: string; value: string; onChange: (value: string) => void; inputRef?: Ref<HTMLInputElement>; onKeyDown?: (e: React.KeyboardEvent) => void
}) {
    return (
        <span className={s.search}>
            <Search size={14} aria-hidden="true" />
            <input
                ref={inputRef} type="search" className={s.input} aria-label={label} placeholder={label} value={value}
                onChange={(e) => onChange(e.target.value)} onKeyDown={onKeyDown}
            />
        </span>
    )
}

export function FieldRow({ children }: { children: ReactNode }) {
    return <div className={s.row}>{children}</div>
}
