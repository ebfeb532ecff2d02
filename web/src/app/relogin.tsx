/* The session ended while somebody was working: sign in again right here. Calls that were refused wait and then go on. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sessionRevived, watchExpiry } from '~/api/client'
import { Dialog } from '~/parts/dialog'
import { SignInForm } from '~/rooms/signin/form'

export function Relogin({ user }: { user: string }) {
    const { t } = useTranslation()
    const [isExpired, setExpired] = useState(false)
    useEffect(() => watchExpiry(setExpired), [])
    return (
        <Dialog title={t('session.expiredTitle')} isOpen={isExpired}>
            <p className="quiet">{t('session.expiredText')}</p>
            <SignInForm user={user} onDone={sessionRevived} />
        </Dialog>
    )
}
