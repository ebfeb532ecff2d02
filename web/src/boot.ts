/* Runs before the first paint, as a blocking script of its own: without it a dark-theme reader would see a
   white flash and a Chinese reader an English one. Knows only the two keys below; base/prefs.ts writes them. */
{
    const root = document.documentElement
    const read = (key: string): string => {
        try {
            return localStorage.getItem(key) ?? 'auto'
        } catch {
            return 'auto'
        }
    }
    const theme = read('rounds.theme')
    const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
    root.dataset.theme = dark ? 'dark' : 'light'
    root.style.colorScheme = dark ? 'dark' : 'light'
    const language = read('rounds.language')
    const wanted = language === 'auto' ? (navigator.languages ?? [navigator.language]) : [language]
    const known = wanted.find((tag) => /^(zh|en)\b/i.test(tag)) ?? 'en'
    root.lang = /^zh/i.test(known) ? 'zh-CN' : 'en'
}
