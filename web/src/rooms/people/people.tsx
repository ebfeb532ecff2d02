/* Who may do what: people, tokens for programs, and the trail of what was done. */
import { useTranslation } from 'react-i18next'
import { useLocation, useParams } from 'wouter'
import { useMay } from '~/api/session'
import { Page } from '~/parts/page'
import { Forbidden } from '~/parts/state'
import { Tabs } from '~/parts/tabs'
import { Audit } from './audit'
import { Tokens } from './tokens'
import { Users } from './users'

const parts = ['users', 'tokens', 'audit'] as const

export default function PeopleRoom() {
    const { t } = useTranslation()
    const { part } = useParams<{ part?: string }>()
    const [, go] = useLocation()
    const mayAdmin = useMay('admin')
    if (!mayAdmin) return <Page title={t('common.nav.people')}><Forbidden role="admin" /></Page>
    const bodies = { users: () => <Users />, tokens: () => <Tokens />, audit: () => <Audit /> }
    return (
        <Page title={t('common.nav.people')}>
            <Tabs
                label={t('common.nav.people')} value={parts.find((p) => p === part) ?? 'users'} onChange={(id) => go(id === 'users' ? '/people' : `/people/${id}`, { replace: true })}
                items={parts.map((id) => ({ id, title: t(`people.tab.${id}`), body: bodies[id] }))}
            />
        </Page>
    )
}
