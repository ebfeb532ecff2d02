/* The root: who is signed in decides between the door and the rooms; each room is a chunk of its own. */
import { lazy, Suspense, type ComponentType } from 'react'
import { I18nProvider, RouterProvider } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Route, Switch, useLocation } from 'wouter'
import { useSession } from '~/api/session'
import { Boundary } from '~/parts/boundary'
import { Empty, Fault, Loading } from '~/parts/state'
import { Toasts } from '~/parts/toast'
import { ButtonLink } from '~/parts/button'
import { Page } from '~/parts/page'
import { SignIn } from '~/rooms/signin/signin'
import { ChangePassword } from '~/rooms/signin/change-password'
import { Relogin } from './relogin'
import { Shell } from './shell'

const loadToday = () => import('~/rooms/today/today')
const loadReview = () => import('~/rooms/review/review')
const Today = lazy(loadToday)
const Review = lazy(loadReview)
const History = lazy(() => import('~/rooms/history/history'))
const Plans = lazy(() => import('~/rooms/plans/plans'))
const PlanEditor = lazy(() => import('~/rooms/plans/editor'))
const Sources = lazy(() => import('~/rooms/sources/sources'))
const SourceEditor = lazy(() => import('~/rooms/sources/editor'))
const Issues = lazy(() => import('~/rooms/issues/issues'))
const Records = lazy(() => import('~/rooms/records/records'))
const People = lazy(() => import('~/rooms/people/people'))
const SystemRoom = lazy(() => import('~/rooms/system/system'))

const rooms: [string, ComponentType][] = [
    ['/', Today],
    ['/rounds/:round/:shots?/:shot?', Review], // one route: grid and focus view share their state
    ['/history', History],
    ['/plans', Plans],
    ['/plans/:plan', PlanEditor],
    ['/sources', Sources],
    ['/sources/:source', SourceEditor],
    ['/issues', Issues],
    ['/records', Records],
    ['/people', People],
    ['/people/:part', People],
    ['/system', SystemRoom],
    ['/system/:part', SystemRoom],
]

/** The two rooms where mornings begin are fetched while it is still being found out who is there. */
export function preloadRoom(path: string): void {
    if (path === '/') void loadToday()
    else if (path.startsWith('/rounds/')) void loadReview()
}

function Missing() {
    const { t } = useTranslation()
    return (
        <Page title={t('common.error.missing')}>
            <Empty title={t('common.error.missing')} text={t('common.missingPage')}>
                <ButtonLink href="/">{t('common.nav.today')}</ButtonLink>
            </Empty>
        </Page>
    )
}

function Rooms() {
    return (
        <Suspense fallback={<Page title=""><Loading /></Page>}>
            <Switch>
                {rooms.map(([path, Room]) => <Route key={path} path={path}><Room /></Route>)}
                <Route><Missing /></Route>
            </Switch>
        </Suspense>
    )
}

function Inside() {
    const session = useSession()
    if (session.isPending) return null
    if (session.isError) return <Fault error={session.error} onRetry={() => void session.refetch()} />
    if (!session.data) return <SignIn />
    if (session.data.must_change_password) return <ChangePassword />
    return (
        <>
            <Shell><Boundary><Rooms /></Boundary></Shell>
            <Relogin user={session.data.user.name} />
        </>
    )
}

export function App() {
    const { i18n } = useTranslation()
    const [, navigate] = useLocation()
    return (
        <I18nProvider locale={i18n.language}>
            <RouterProvider navigate={navigate}>
                <Inside />
                <Toasts />
            </RouterProvider>
        </I18nProvider>
    )
}
