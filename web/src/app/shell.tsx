/* What stays around the rooms: the bar with the way to each of them, and the news that the line is down.
   The focus view takes the whole window, so the bar steps aside there. */
import { useQueryClient } from '@tanstack/react-query'
import { Menu as MenuIcon, UserRound, WifiOff } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'
import { api } from '~/api/client'
import { useLiveCards } from '~/api/events'
import { keys } from '~/api/queries'
import { mayBe, useUser } from '~/api/session'
import type { Role } from '~/api/types'
import { useOnline } from '~/base/online'
import { Button, IconButton } from '~/parts/button'
import { Dialog } from '~/parts/dialog'
import { Menu } from '~/parts/menu'
import { toast } from '~/parts/toast'
import { PasswordForm } from '~/rooms/signin/change-password'
import { SessionsDialog } from '~/rooms/signin/sessions'
import icon from '~/style/icon.svg'
import { usePreferenceEntries } from './preferences'
import s from './shell.module.css'

const places: [string, string, Role][] = [
    ['today', '/', 'viewer'], ['plans', '/plans', 'viewer'], ['issues', '/issues', 'viewer'], ['records', '/records', 'viewer'], ['sources', '/sources', 'editor'],
    ['people', '/people', 'admin'], ['system', '/system', 'admin'],
]

function isHere(at: string, href: string): boolean {
    return href === '/' ? at === '/' || at.startsWith('/rounds') || at.startsWith('/history') : at.startsWith(href)
}

function UserMenu() {
    const { t } = useTranslation()
    const user = useUser()
    const cache = useQueryClient()
    const prefs = usePreferenceEntries(true)
    const [isChanging, setChanging] = useState(false)
    const [isListing, setListing] = useState(false)
    const signOut = () => void api.own('DELETE', '/session').catch(() => undefined).then(() => {
        cache.clear()
        cache.setQueryData(keys.session, null)
    })
    if (!user) return null
    return (
        <>
            <Menu
                label={t('common.account')}
                trigger={<Button kind="quiet" icon={<UserRound size={16} />} aria-label={t('common.accountOf', { name: user.display_name })}>{user.display_name}</Button>}
                groups={[
                    { title: t(`common.role.${user.role}`), entries: [
                        { id: 'password', text: t('session.changePassword'), onAction: () => setChanging(true) },
                        { id: 'sessions', text: t('session.sessions'), onAction: () => setListing(true) },
                        { id: 'out', text: t('session.signOut'), onAction: signOut },
                    ] },
                    { title: t('common.language.label'), entries: prefs.language },
                    { title: t('common.theme.label'), entries: prefs.theme },
                ]}
            />
            <Dialog title={t('session.changePassword')} isOpen={isChanging} onClose={() => setChanging(false)}>
                <PasswordForm onDone={() => { setChanging(false); toast({ text: t('session.passwordChanged') }) }} />
            </Dialog>
            {isListing && <SessionsDialog userId={null} onClose={() => setListing(false)} />}
        </>
    )
}

export function Shell({ children }: { children: ReactNode }) {
    const { t } = useTranslation()
    const [at] = useLocation()
    const role = useUser()?.role
    const isOnline = useOnline()
    useLiveCards(!at.startsWith('/rounds/'))
    const shown = places.filter(([, , least]) => mayBe(role, least))
    const isBare = /^\/rounds\/[^/]+\/shots\//.test(at)
    return (
        <>
            <a className={s.skip} href="#main">{t('common.skip')}</a>
            {!isBare && (
                <header className={s.bar}>
                    <span className={s.small}>
                        <Menu
                            label={t('common.menu')} trigger={<IconButton label={t('common.menu')} icon={<MenuIcon size={18} />} />}
                            groups={[{ entries: shown.map(([id, href]) => ({ id, href, text: t(`common.nav.${id}`), isOn: isHere(at, href) })) }]}
                        />
                    </span>
                    <Link href="/" className={s.brand}><img src={icon} alt="" />{t('common.product')}</Link>
                    <nav className={s.nav} aria-label={t('common.menu')}>
                        {shown.map(([id, href]) => (
                            <Link key={id} href={href} {...(isHere(at, href) ? { 'aria-current': 'page' as const } : {})}>{t(`common.nav.${id}`)}</Link>
                        ))}
                    </nav>
                    <div className={s.end}><UserMenu /></div>
                </header>
            )}
            {!isOnline && <div className={s.offline} role="status"><WifiOff size={15} aria-hidden="true" />{t('common.offlineBar')}</div>}
            <main id="main" className={s.main} tabIndex={-1}>{children}</main>
        </>
    )
}
