/* The Grafanas that are looked at. */
import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { all } from '~/api/client'
import { keys } from '~/api/queries'
import { useMay } from '~/api/session'
import type { Source } from '~/api/types'
import { ButtonLink } from '~/parts/button'
import { Badge } from '~/parts/mark'
import { Page, Table } from '~/parts/page'
import { Empty, Fault, Forbidden, Loading } from '~/parts/state'
import { QuietBadge } from './quiet'

export default function SourcesRoom() {
    const { t } = useTranslation()
    const mayEdit = useMay('editor')
    const sources = useQuery({ queryKey: keys.sources, queryFn: () => all<Source>('/sources'), enabled: mayEdit })
    if (!mayEdit) return <Page title={t('common.nav.sources')}><Forbidden role="editor" /></Page>
    const add = <ButtonLink href="/sources/new" kind="primary" icon={<Plus size={15} />}>{t('sources.add')}</ButtonLink>
    return (
        <Page title={t('common.nav.sources')} actions={add}>
            {sources.isError && !sources.data && <Fault error={sources.error} onRetry={() => void sources.refetch()} />}
            {sources.isPending && <Loading rows={3} />}
            {sources.data?.length === 0 && <Empty title={t('sources.none')} text={t('sources.noneText')}>{add}</Empty>}
            {sources.data && sources.data.length > 0 && (
                <Table
                    label={t('common.nav.sources')} rows={sources.data} rowKey={(x) => x.id}
                    columns={[
                        { id: 'name', head: t('sources.name'), cell: (x) => <><Link href={`/sources/${x.id}`}>{x.name}</Link> <QuietBadge source={x} /></> },
                        { id: 'url', head: t('sources.url'), cell: (x) => <span className="mono">{x.url}</span> },
                        { id: 'org', head: t('sources.org'), isNumber: true, cell: (x) => x.org_id },
                        { id: 'auth', head: t('sources.credential'), cell: (x) => t(`sources.kind.${x.credential.kind}`) },
                        { id: 'version', head: t('sources.version'), cell: (x) => x.grafana_version ?? '–' },
                        { id: 'test', head: t('sources.lastTest'), cell: (x) => x.last_test ? <Badge tone={x.last_test.ok ? 'calm' : 'alert'}>{t(x.last_test.ok ? 'sources.passed' : 'sources.failed')}</Badge> : '–' },
                    ]}
                />
            )}
        </Page>
    )
}
