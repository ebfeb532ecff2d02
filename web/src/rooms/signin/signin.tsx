/* The door. */
import { useTranslation } from 'react-i18next'
import { LanguageMenu, ThemeMenu } from '~/app/preferences'
import { useTitle } from '~/parts/page'
import icon from '~/style/icon.svg'
import { SignInForm } from './form'
import s from './signin.module.css'

export function SignIn() {
    const { t } = useTranslation()
    useTitle(t('session.signIn'))
    return (
        <main className={s.door}>
            <div className={s.box}>
                <div className={s.brand}>
                    <img src={icon} alt="" />
                    <div>
                        <h1>{t('common.product')}</h1>
                        <p className="quiet small">{t('session.motto')}</p>
                    </div>
                </div>
                <SignInForm />
                <div className={s.foot}><LanguageMenu /><ThemeMenu /></div>
            </div>
        </main>
    )
}
