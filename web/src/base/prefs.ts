/* Theme and language of this browser. boot.ts reads the same two keys before the first paint. */
import type { Language, Theme } from '~/api/types'

export type ThemeChoice = Theme | 'auto'
export type LanguageChoice = Language | 'auto'

const dark = () => matchMedia('(prefers-color-scheme: dark)').matches

function read(key: string): string {
    try {
        return localStorage.getItem(key) ?? 'auto'
    } catch {
        return 'auto'
    }
}

function write(key: string, value: string): void {
    try {
        localStorage.setItem(key, value)
    } catch {
        /* private mode: the choice lasts for this page */
    }
}

export function themeChoice(): ThemeChoice {
    const t = read('rounds.theme')
    return t === 'light' || t === 'dark' ? t : 'auto'
}

export function languageChoice(): LanguageChoice {
    const l = read('rounds.language')
    return l === 'zh-CN' || l === 'en' ? l : 'auto'
}

function paint(choice: ThemeChoice): void {
    const theme = choice === 'auto' ? (dark() ? 'dark' : 'light') : choice
    const root = document.documentElement
    root.dataset.theme = theme
    root.style.colorScheme = theme
}

export function setTheme(choice: ThemeChoice): void {
    write('rounds.theme', choice)
    paint(choice)
}

export function setLanguageChoice(choice: LanguageChoice): void {
    write('rounds.language', choice)
}

export function resolveLanguage(choice: LanguageChoice): Language {
    if (choice !== 'auto') return choice
    const known = (navigator.languages ?? [navigator.language]).find((tag) => /^(zh|en)\b/i.test(tag)) ?? 'en'
    return /^zh/i.test(known) ? 'zh-CN' : 'en'
}

/** Follows the system while the choice is "auto". */
export function followSystem(): void {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
        if (themeChoice() === 'auto') paint('auto')
    })
}
