/* The states of a room that has nothing to show yet, or cannot: loading, empty, faulty, forbidden. */
import { AlertTriangle, CircleX, Info, Lock, WifiOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '~/api/client'
import { cx } from '~/base/cx'
import { sayFault } from '~/base/fault-words'
import { Button } from './button'
import s from './state.module.css'

export function Bone({ width = '100%', height = 16 }: { width?: string | number; height?: string | number }) {
    return <div className={s.bone} style={{ width, height }} />
}

/** The shape of what is coming, so that nothing jumps when it arrives. */
export function Loading({ rows = 6, height = 34 }: { rows?: number; height?: number }) {
    const { t } = useTranslation()
    return (
        <div className={s.lines} role="status" aria-label={t('common.loading')}>
            {Array.from({ length: rows }, (_, i) => <Bone key={i} height={height} />)}
        </div>
    )
}

export function Empty({ title, text, children }: { title: string; text?: ReactNode; children?: ReactNode }) {
    return (
        <div className={s.box}>
            <h2>{title}</h2>
            {text && <p className="quiet">{text}</p>}
            {children && <div className={s.actions}>{children}</div>}
        </div>
    )
}

function headline(error: unknown): string {
    if (!(error instanceof ApiError)) return 'error.unknown'
    if (error.isOffline) return 'error.offline'
    if (error.status === 403) return 'error.forbidden'
    if (error.status === 404 || error.status === 410) return 'error.missing'
    if (error.status === 409) return 'error.conflict'
    if (error.status === 423) return 'error.readOnly'
    if (error.status === 429) return 'error.busy'
    if (error.status === 502) return 'error.target'
    if (error.status === 400 || error.status === 413 || error.status === 415 || error.status === 422) return 'error.input'
    return 'error.server'
}

const detailsMax = 4

/** The server's sentences: its message unless a detail says the same, then the details, each once. */
function sentencesOf(error: ApiError): string {
    const details = [...new Set(error.details.filter((d) => d.message).map((d) => [d.path, sayFault(String(d.message))].filter(Boolean).join(': ')))]
    const isRepeated = error.details.some((d) => d.message && error.message.endsWith(d.message))
    const shown = [...(isRepeated ? [] : [sayFault(error.message)]), ...details].filter(Boolean)
    return shown.slice(0, detailsMax).join(' · ') + (shown.length > detailsMax ? ' · …' : '')
}

/** What failed, in the reader's words; the server's own sentence comes after it. */
export function useFaultText(): (error: unknown) => { title: string; detail: string } {
    const { t } = useTranslation()
    return (error) => ({
        title: t(`common.${headline(error)}`),
        detail: error instanceof ApiError && !error.isOffline ? sentencesOf(error) : '',
    })
}

export function Fault({ error, onRetry, safe }: { error: unknown; onRetry?: () => void; safe?: string }) {
    const { t } = useTranslation()
    const text = useFaultText()(error)
    const forbidden = error instanceof ApiError && error.status === 403
    const offline = error instanceof ApiError && error.isOffline
    const Icon = forbidden ? Lock : offline ? WifiOff : CircleX
    return (
        <div className={s.box} role="alert">
            <h2><Icon size={18} aria-hidden="true" />{text.title}</h2>
            {text.detail && <p className={s.detail}>{text.detail}</p>}
            {safe && <p className={s.detail}>{safe}</p>}
            {error instanceof ApiError && error.op && <p className={cx(s.detail, 'mono')}>{t('common.opId', { id: error.op })}</p>}
            {onRetry && !forbidden && <div className={s.actions}><Button onPress={onRetry}>{t('common.retry')}</Button></div>}
        </div>
    )
}

export function Forbidden({ role }: { role: string }) {
    const { t } = useTranslation()
    return (
        <div className={s.box} role="alert">
            <h2><Lock size={18} aria-hidden="true" />{t('common.error.forbidden')}</h2>
            <p className="quiet">{t('common.needRole', { role: t(`common.role.${role}`) })}</p>
        </div>
    )
}

export function Note({ kind = 'info', children }: { kind?: 'info' | 'warn' | 'alert'; children: ReactNode }) {
    const Icon = kind === 'info' ? Info : kind === 'warn' ? AlertTriangle : CircleX
    return (
        <div className={cx(s.note, kind === 'alert' && s.alert, kind === 'warn' && s.warn)} role={kind === 'alert' ? 'alert' : 'note'}>
            <Icon size={15} aria-hidden="true" />
            <div>{children}</div>
        </div>
    )
}

export function FaultNote({ error }: { error: unknown }) {
    const text = useFaultText()(error)
    return <Note kind="alert"><strong>{text.title}</strong>{text.detail && <> {text.detail}</>}</Note>
}
