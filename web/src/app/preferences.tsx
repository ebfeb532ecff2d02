/* Language and theme: kept in this browser, and with the person when somebody is signed in. */
import { Languages, Monitor, Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import { languageChoice, setTheme, themeChoice, type LanguageChoice, type ThemeChoice } from '~/base/prefs'
import { setLanguage } from '~/i18n'
import { Button } from '~/parts/button'
import { Menu, type MenuEntry } from '~/parts/menu'

const themes: ThemeChoice[] = ['auto', 'light', 'dark']
const languages: LanguageChoice[] = ['auto', 'zh-CN', 'en']
const names: Record<string, string> = { 'zh-CN': '简体中文', en: 'English' }

function keep(isSignedIn: boolean): void {
    if (isSignedIn) void api.put('/session/preferences', { language: languageChoice(), theme: themeChoice() }).catch(() => undefined)
}

export function usePreferenceEntries(isSignedIn: boolean): { language: MenuEntry[]; theme: MenuEntry[] } {
    const { t } = useTranslation()
    const [theme, setThemeState] = useState(themeChoice)
    const [language, setLanguageState] = useState(languageChoice)
    return {
        language: languages.map((id) => ({
            id: `language-${id}`, text: names[id] ?? t('common.language.auto'), isOn: language === id,
            onAction: () => { setLanguageState(id); void setLanguage(id).then(() => keep(isSignedIn)) },
        })),
        theme: themes.map((id) => ({
            id: `theme-${id}`, text: t(`common.theme.${id}`), isOn: theme === id,
            onAction: () => { setThemeState(id); setTheme(id); keep(isSignedIn) },
        })),
    }
}

export function LanguageMenu() {
    const { t, i18n } = useTranslation()
    const { language } = usePreferenceEntries(false)
    return <Menu label={t('common.language.label')} groups={[{ entries: language }]} trigger={<Button kind="quiet" icon={<Languages size={15} />}>{names[i18n.language]}</Button>} />
}

export function ThemeMenu() {
    const { t } = useTranslation()
    const { theme } = usePreferenceEntries(false)
    const on = themeChoice()
    const Icon = on === 'auto' ? Monitor : on === 'dark' ? Moon : Sun
    return <Menu label={t('common.theme.label')} groups={[{ entries: theme }]} trigger={<Button kind="quiet" icon={<Icon size={15} />}>{t(`common.theme.${on}`)}</Button>} />
}
