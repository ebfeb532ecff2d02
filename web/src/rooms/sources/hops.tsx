/* The findings of a test: each hop on the way to a picture, whether it went well, and its mend. */
import { CircleCheck, CircleDashed, CircleX, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { SourceTest } from '~/api/types'
import { useFormat } from '~/base/format'
import { pick } from '~/i18n'
import { Facts } from '~/parts/page'
import { Note } from '~/parts/state'
import s from './sources.module.css'

const icons = { ok: CircleCheck, warn: TriangleAlert, fail: CircleX, skip: CircleDashed }

export function Hops({ test }: { test: SourceTest }) {
    const { t } = useTranslation()
    const f = useFormat()
    const facts: [string, string][] = []
    if (test.version) facts.push([t('sources.version'), test.version])
    if (test.organisation) facts.push([t('sources.organisation'), test.organisation])
    if (test.rights) facts.push([t('sources.rights'), test.rights])
    if (test.clock_skew_ms !== null && test.clock_skew_ms !== undefined) facts.push([t('sources.skew'), f.duration(Math.abs(test.clock_skew_ms))])
    if (test.certificate_days_left !== null && test.certificate_days_left !== undefined) facts.push([t('sources.certificate'), t('sources.days', { count: test.certificate_days_left })])
    return (
        <>
            <Note kind={test.ok ? 'info' : 'alert'}>{t(test.ok ? 'sources.testOk' : 'sources.testBad')}</Note>
            {facts.length > 0 && <Facts items={facts} />}
            <ol className={s.hops}>
                {test.hops.map((h) => {
                    const Icon = icons[h.state]
                    const mend = pick(h.mend, f.language)
                    return (
                        <li key={h.id} className={s.hop}>
                            <Icon size={16} className={s[h.state]} aria-label={t(`sources.hop.${h.state}`)} />
                            <strong>{pick(h.title, f.language)}</strong>
                            <p>{pick(h.detail, f.language)}</p>
                            {mend && h.state !== 'ok' && <p className={s.mend}>{mend}</p>}
                        </li>
                    )
                })}
            </ol>
        </>
    )
}
