/* The first three steps, which do the real thing: connect a Grafana, choose panels, run. */
import { useQuery } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { all } from '~/api/client'
import { keys } from '~/api/queries'
import { useMay } from '~/api/session'
import type { Source } from '~/api/types'
import { cx } from '~/base/cx'
import { ButtonLink } from '~/parts/button'
import { Page } from '~/parts/page'
import { Note } from '~/parts/state'
import s from './firststart.module.css'

export function FirstStart() {
    const { t } = useTranslation()
    const mayEdit = useMay('editor')
    const sources = useQuery({ queryKey: keys.sources, queryFn: () => all<Source>('/sources'), enabled: mayEdit })
    const hasSource = (sources.data?.length ?? 0) > 0
    const at = hasSource ? 1 : 0
    const steps: [string, string][] = [['connect', '/sources/new'], ['choose', '/plans/new'], ['run', '']]
    return (
        <Page title={t('today.first.title')} sub={t('today.first.text')} size="narrow">
            {!mayEdit && <Note>{t('today.first.noRight')}</Note>}
            <ol className={s.steps}>
                {steps.map(([id, href], i) => (
                    <li key={id} className={cx(s.step, i === at && s.now, i < at && s.done)} {...(i === at ? { 'aria-current': 'step' as const } : {})}>
                        <span>{i < at ? <Check size={16} aria-label={t('common.done')} /> : i + 1}</span>
                        <div>
                            <h2>{t(`today.first.${id}.title`)}</h2>
                            <p className="quiet">{t(`today.first.${id}.text`)}</p>
                            {mayEdit && href && i <= at && <ButtonLink href={href} kind={i === at ? 'primary' : 'plain'}>{t(`today.first.${id}.act`)}</ButtonLink>}
                        </div>
                    </li>
                ))}
            </ol>
        </Page>
    )
}
