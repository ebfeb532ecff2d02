/* All plans. */
import { useQuery } from '@tanstack/react-query'
import { Download, Plus, TriangleAlert, Upload } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { all, url } from '~/api/client'
import { keys } from '~/api/queries'
import { useMay } from '~/api/session'
import type { Plan } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button, ButtonLink } from '~/parts/button'
import { Badge } from '~/parts/mark'
import { Page, Table } from '~/parts/page'
import { Empty, Fault, Loading } from '~/parts/state'
import { ImportDialog } from './import'
import { PlanMenu } from './plan-menu'

export default function PlansRoom() {
    const { t } = useTranslation()
    const f = useFormat()
    const mayEdit = useMay('editor')
    const [isImporting, setImporting] = useState(false)
    const plans = useQuery({ queryKey: keys.plans, queryFn: () => all<Plan>('/plans') })
    const add = mayEdit && <ButtonLink href="/plans/new" kind="primary" icon={<Plus size={15} />}>{t('plans.add')}</ButtonLink>
    return (
        <Page title={t('common.nav.plans')} actions={<>
            {mayEdit && <Button icon={<Upload size={15} />} onPress={() => setImporting(true)}>{t('plans.import')}</Button>}
            {plans.data && plans.data.length > 0 && <ButtonLink outside href={url('/plans/export', { format: 'yaml' })} icon={<Download size={15} />}>{t('plans.exportAll')}</ButtonLink>}
            {add}
        </>}>
            {plans.isError && !plans.data && <Fault error={plans.error} onRetry={() => void plans.refetch()} />}
            {plans.isPending && <Loading />}
            {plans.data?.length === 0 && <Empty title={t('plans.none')} text={t('plans.noneText')}>{add}</Empty>}
            {plans.data && plans.data.length > 0 && (
                <Table
                    label={t('common.nav.plans')} rows={plans.data} rowKey={(p) => p.id}
                    columns={[
                        { id: 'name', head: t('plans.name'), cell: (p) => <><Link href={`/plans/${p.id}`}>{p.name}</Link>{p.paused && <> <Badge>{t('common.paused')}</Badge></>}{p.drift.length > 0 && <> <Badge tone="warn"><TriangleAlert size={12} aria-hidden="true" />{t('plans.drifted', { count: p.drift.length })}</Badge></>}</> },
                        { id: 'windows', head: t('plans.tab.windows'), cell: (p) => f.list(p.spec.windows.map((w) => w.name)) },
                        { id: 'next', head: t('plans.nextRun'), cell: (p) => (p.next_run_at && !p.paused ? f.moment(p.next_run_at, p.spec.timezone) : '–') },
                        { id: 'last', head: t('plans.lastRound'), cell: (p) => (p.last_round ? <Link href={`/rounds/${p.last_round.id}`}>{f.moment(p.last_round.moment_at, p.spec.timezone)} · {t(`common.roundState.${p.last_round.state}`)}</Link> : '–') },
                        { id: 'version', head: t('plans.versionNumber'), isNumber: true, cell: (p) => p.version },
                        ...(mayEdit ? [{ id: 'more', head: t('common.more'), hideHead: true, cell: (p: Plan) => <PlanMenu plan={p} /> }] : []),
                    ]}
                />
            )}
            {isImporting && <ImportDialog onClose={() => setImporting(false)} />}
        </Page>
    )
}
