/* How the service itself is. */
import { useTranslation } from 'react-i18next'
import { useLocation, useParams } from 'wouter'
import { useMay } from '~/api/session'
import { Page } from '~/parts/page'
import { Forbidden } from '~/parts/state'
import { Tabs } from '~/parts/tabs'
import { Channels } from './channels'
import { Outbox } from './outbox'
import { State } from './state'

const parts = ['state', 'channels', 'outbox'] as const

export default function SystemRoom() {
    const { t } = useTranslation()
    const { part } = useParams<{ part?: string }>()
    const [, go] = useLocation()
    const mayAdmin = useMay('admin')
    if (!mayAdmin) return <Page title={t('common.nav.system')}><Forbidden role="admin" /></Page>
    const bodies = { state: () => <State />, channels: () => <Channels />, outbox: () => <Outbox /> }
    return (
        <Page title={t('common.nav.system')}>
            <Tabs
                label={t('common.nav.system')} value={parts.find((p) => p === part) ?? 'state'} onChange={(id) => go(id === 'state' ? '/system' : `/system/${id}`, { replace: true })}
                items={parts.map((id) => ({ id, title: t(`system.tab.${id}`), body: bodies[id] }))}
            />
        </Page>
    )
}
