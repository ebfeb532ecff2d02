/* One language is loaded at a time, as a chunk of its own. Keys are <file>.<name>; test/i18n.test.ts holds both
   languages and the source against each other. */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Both, Language } from '~/api/types'
import { setFaultWords } from '~/base/fault-words'
import { resolveLanguage, setLanguageChoice, type LanguageChoice } from '~/base/prefs'

type Texts = Record<string, unknown>

const load: Record<Language, () => Promise<{ default: Texts; faults: [string, string][] }>> = {
    'zh-CN': () => import('./zh-CN/index'),
    en: () => import('./en/index'),
}

async function ready(language: Language): Promise<void> {
    const texts = await load[language]()
    if (!i18next.hasResourceBundle(language, 'translation')) i18next.addResourceBundle(language, 'translation', texts.default)
    setFaultWords(texts.faults)
}

export async function startI18n(): Promise<void> {
    const language: Language = document.documentElement.lang === 'zh-CN' ? 'zh-CN' : 'en'
    const { default: texts, faults } = await load[language]()
    setFaultWords(faults)
    await i18next.use(initReactI18next).init({
        lng: language, fallbackLng: false, resources: { [language]: { translation: texts } },
        showSupportNotice: false, interpolation: { escapeValue: false }, returnNull: false, react: { useSuspense: false },
    })
}

export async function setLanguage(choice: LanguageChoice): Promise<void> {
    setLanguageChoice(choice)
    const language = resolveLanguage(choice)
    await ready(language)
    await i18next.changeLanguage(language)
    document.documentElement.lang = language
}

/** The reader's side of a text that the server sent in both languages. */
export function pick(text: Both | string | null | undefined, language: string): string {
    if (!text) return ''
    if (typeof text === 'string') return text
    return text[language === 'zh-CN' ? 'zh-CN' : 'en'] ?? text.en ?? ''
}
