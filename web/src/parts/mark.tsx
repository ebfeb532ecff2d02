/* Signs of a state: always a shape and a word, the colour only underlines. */
import { Ban, Check, Circle, CircleAlert, CircleDashed, CircleSlash, LoaderCircle, Minus, TriangleAlert, X } from 'lucide-react'
import type { TFunction } from 'i18next'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Finding, Shot, VerdictValue } from '~/api/types'
import { cx } from '~/base/cx'
import s from './mark.module.css'

export type Tone = 'alert' | 'warn' | 'calm' | 'todo' | 'accent'

export function Badge({ tone, children }: { tone?: Tone; children: ReactNode }) {
    return <span className={cx(s.badge, tone && s[tone])}>{children}</span>
}

const verdictIcon = { normal: Check, abnormal: X, not_applicable: Minus, undecided: Circle }
const verdictTone: Record<VerdictValue, Tone> = { normal: 'calm', abnormal: 'alert', not_applicable: 'calm', undecided: 'todo' }

interface MarkProps {
    t: TFunction
    withText?: boolean
}

function VerdictSign({ value, t, withText = true, size = 15 }: MarkProps & { value: VerdictValue; size?: number }) {
    const Icon = verdictIcon[value]
    return (
        <span className={cx(s.mark, s[verdictTone[value]])}>
            <Icon size={size} strokeWidth={2.4} aria-hidden="true" />
            <span className={withText ? undefined : 'sr'}>{t(`common.verdict.${value}`)}</span>
        </span>
    )
}

export function VerdictMark(props: { value: VerdictValue; withText?: boolean; size?: number }) {
    const { t } = useTranslation()
    return <VerdictSign {...props} t={t} />
}

export function verdictOf(shot: Shot): VerdictValue {
    return shot.verdict?.value ?? 'undecided'
}

export function ShotMark(props: { shot: Shot; withText?: boolean }) {
    const { t } = useTranslation()
    return <ShotSign {...props} t={t} />
}

/** The same where hundreds are drawn at once and the words are at hand. */
export function ShotSign({ shot, t, withText = true }: MarkProps & { shot: Shot }) {
    if (shot.verdict && shot.verdict.value !== 'undecided') return <VerdictSign value={shot.verdict.value} t={t} withText={withText} />
    const waiting = shot.state === 'waiting' || shot.state === 'running'
    if (waiting || shot.state === 'cancelled') {
        const Icon = shot.state === 'running' ? LoaderCircle : shot.state === 'waiting' ? CircleDashed : Ban
        return (
            <span className={cx(s.mark, s.calm)}>
                <Icon size={15} aria-hidden="true" />
                <span className={withText ? undefined : 'sr'}>{t(`common.shotState.${shot.state}`)}</span>
            </span>
        )
    }
    return <VerdictSign value="undecided" t={t} withText={withText} />
}

export function FindingIcon({ finding, size = 15 }: { finding: Finding; size?: number }) {
    const { t } = useTranslation()
    const Icon = finding.severity === 'alert' ? CircleAlert : finding.severity === 'warn' ? TriangleAlert : CircleSlash
    const tone: Tone = finding.severity === 'alert' ? 'alert' : finding.severity === 'warn' ? 'warn' : 'calm'
    return <span className={cx(s.mark, s[tone])}><Icon size={size} aria-hidden="true" /><span className="sr">{t(`common.severity.${finding.severity}`)}</span></span>
}
