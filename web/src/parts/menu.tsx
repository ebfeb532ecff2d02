/* Menus behind a button, and the select built the same way. */
import { Check, ChevronDown } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import {
    Button as AriaButton, Header, Label, ListBox, ListBoxItem, Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger, Popover,
    Select as AriaSelect, SelectValue, Separator, type Key,
} from 'react-aria-components'
import { cx } from '~/base/cx'
import s from './menu.module.css'

export interface MenuEntry {
    id: string
    text: ReactNode
    note?: ReactNode
    icon?: ReactNode
    isOn?: boolean
    isDisabled?: boolean
    href?: string
    download?: boolean | string
    /** A line is drawn above. */
    apart?: boolean
    onAction?: () => void
}

export interface MenuGroup {
    title?: string
    entries: MenuEntry[]
}

function entry(e: MenuEntry, withChecks: boolean) {
    return (
        <MenuItem
            key={e.id} id={e.id} className={s.item!} textValue={typeof e.text === 'string' ? e.text : e.id}
            {...(e.href ? { href: e.href } : {})} {...(e.download !== undefined ? { download: e.download } : {})}
            isDisabled={e.isDisabled ?? false} {...(e.onAction ? { onAction: e.onAction } : {})}
        >
            {withChecks && <span className={s.check}>{e.isOn && <Check size={16} aria-hidden="true" />}</span>}
            {e.icon}
            <span className={s.text}>
                {e.text}
                {e.isOn && <span className="sr"> ✓</span>}
                {e.note && <span className={s.note}>{e.note}</span>}
            </span>
        </MenuItem>
    )
}

export function Menu({ trigger, label, groups, isOpen, onOpenChange }: {
    trigger: ReactElement; label: string; groups: MenuGroup[]; isOpen?: boolean; onOpenChange?: (open: boolean) => void
}) {
    return (
        <MenuTrigger {...(isOpen !== undefined ? { isOpen } : {})} {...(onOpenChange ? { onOpenChange } : {})}>
            {trigger}
            <Popover className={s.popover!} offset={4}>
                <AriaMenu className={s.list!} aria-label={label}>
                    {groups.map((g, i) => {
                        const checks = g.entries.some((e) => e.isOn !== undefined)
                        return (
                            <MenuSection key={i} aria-label={g.title ?? label}>
                                {g.title ? <Header className={s.section!}>{g.title}</Header> : null}
                                {i > 0 && !g.title ? <Separator className={s.line!} /> : null}
                                {g.entries.map((e) => entry(e, checks))}
                            </MenuSection>
                        )
                    })}
                </AriaMenu>
            </Popover>
        </MenuTrigger>
    )
}

export interface Option<T extends string> {
    id: T
    text: string
    note?: string
    isDisabled?: boolean
}

export function Select<T extends string>({ label, value, options, onChange, hideLabel, bare, isDisabled }: {
    label: string; value: T | null; options: Option<T>[]; onChange: (value: T) => void; hideLabel?: boolean; bare?: boolean; isDisabled?: boolean
}) {
    return (
        <AriaSelect
            className={cx(s.field, bare && s.bare)} value={value} isDisabled={isDisabled ?? false}
            onChange={(key: Key | null) => { if (key !== null) onChange(key as T) }}
            {...(hideLabel ? { 'aria-label': label } : {})}
        >
            {!hideLabel && <Label className={s.label!}>{label}</Label>}
            <AriaButton className={s.trigger!}>
                <SelectValue className={s.value!}>{({ selectedText, defaultChildren }) => selectedText ?? defaultChildren}</SelectValue>
                <ChevronDown size={15} aria-hidden="true" />
            </AriaButton>
            <Popover className={s.popover!} offset={4}>
                <ListBox className={s.list!}>
                    {options.map((o) => (
                        <ListBoxItem key={o.id} id={o.id} textValue={o.text} className={s.item!} isDisabled={o.isDisabled ?? false}>
                            {({ isSelected }) => (
                                <>
                                    <span className={s.check}>{isSelected && <Check size={16} aria-hidden="true" />}</span>
                                    <span className={s.text}>{o.text}{o.note && <span className={s.note}>{o.note}</span>}</span>
                                </>
                            )}
                        </ListBoxItem>
                    ))}
                </ListBox>
            </Popover>
        </AriaSelect>
    )
}
