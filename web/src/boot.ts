/* Runs before the first paint, as a blocking script of its own: without it a dark-theme reader would see a
   white flash and a Chinese reader an English one. Knows only the two keys below; base/prefs.ts writes them.
   It also asks at once for what the room in the address will need, while the application itself is still being
   fetched: its chunks (named on the script's own tag by the build) and its first answers (api/client.ts takes them). */
{
    const tag = document.currentScript as HTMLScriptElement | null
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
    const languages = language === 'auto' ? (navigator.languages ?? [navigator.language]) : [language]
    const known = languages.find((tag) => /^(zh|en)\b/i.test(tag)) ?? 'en'
    root.lang = /^zh/i.test(known) ? 'zh-CN' : 'en'

    const path = location.pathname
    const round = /^\/rounds\/([\w-]+)/.exec(path)?.[1]
    const wanted = [tag?.dataset[/^zh/i.test(known) ? 'zh' : 'en'], round ? tag?.dataset.review : path === '/' ? tag?.dataset.today : '']
    for (const href of wanted.join(' ').split(' ').filter(Boolean)) {
        const link = document.createElement('link')
        link.rel = href.endsWith('.css') ? 'preload' : 'modulepreload'
        if (link.rel === 'preload') link.as = 'style'
        link.href = href
        document.head.append(link)
    }
    const early: Record<string, Promise<Response>> = {}
    for (const ask of ['/session', ...(round ? [`/rounds/${round}`, `/rounds/${round}/shots?limit=1000&order=dashboard`] : path === '/' ? ['/today'] : [])]) {
        const answer = fetch(`/api/v1${ask}`, { headers: { Accept: 'application/json' }, credentials: 'same-origin' })
        answer.catch(() => undefined) // whoever takes it will see
        early[`/api/v1${ask}`] = answer
    }
    ;(globalThis as { roundsEarly?: typeof early }).roundsEarly = early
}
