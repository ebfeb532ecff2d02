/* Buttons, links that look like buttons, and the small sign of a key. */
import type { ReactElement, ReactNode } from 'react'
import { Button as AriaButton, Tooltip, TooltipTrigger, type ButtonProps as AriaProps } from 'react-aria-components'
import { Link } from 'wouter'
import { cx } from '~/base/cx'
import s from './button.module.css'

type Kind = 'plain' | 'primary' | 'danger' | 'quiet'

export interface ButtonProps extends Omit<AriaProps, 'children' | 'className'> {
    kind?: Kind
    small?: boolean
    isOn?: boolean
    icon?: ReactNode
    /** The key that does the same; written on the button. */
    hint?: string
    children?: ReactNode
    className?: string
}

const kinds: Record<Kind, string | undefined> = { plain: undefined, primary: s.primary, danger: s.danger, quiet: s.quiet }

export function Kbd({ children }: { children: ReactNode }) {
    return <kbd className={s.kbd} aria-hidden="true">{children}</kbd>
}

export function Button({ kind = 'plain', small, isOn, icon, hint, children, className, ...rest }: ButtonProps) {
    return (
        <AriaButton
            {...rest}
            {...(hint ? { 'aria-keyshortcuts': hint } : {})}
            {...(isOn === undefined ? {} : { 'aria-pressed': isOn })}
            className={cx(s.button, kinds[kind], small && s.small, isOn && s.on, className)}
        >
            {icon}
            {children}
            {hint && <Kbd>{hint}</Kbd>}
        </AriaButton>
    )
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
    label: string
    icon: ReactElement
}

/** A button that shows only a picture: its name is read aloud, and shown on hover with its key. */
export function IconButton({ label, icon, hint, kind = 'quiet', small, isOn, className, ...rest }: IconButtonProps) {
    return (
        <TooltipTrigger delay={400} closeDelay={0}>
            <AriaButton
                {...rest}
                aria-label={label}
                {...(hint ? { 'aria-keyshortcuts': hint } : {})}
                {...(isOn === undefined ? {} : { 'aria-pressed': isOn })}
                className={cx(s.button, s.icon, kinds[kind], small && s.small, isOn && s.on, className)}
            >
                {icon}
            </AriaButton>
            <Tooltip className={s.tip!} offset={6}>
                {label}
                {hint && <Kbd>{hint}</Kbd>}
            </Tooltip>
        </TooltipTrigger>
    )
}

export function ButtonLink({ href, kind = 'plain', small, icon, children, outside }: {
    href: string; kind?: Kind; small?: boolean; icon?: ReactNode; children: ReactNode; outside?: boolean
}) {
    const className = cx(s.button, kinds[kind], small && s.small)
    return outside ? (
        <a href={href} className={className} target="_blank" rel="noreferrer">{icon}{children}</a>
    ) : (
        <Link href={href} className={className}>{icon}{children}</Link>
    )
}
