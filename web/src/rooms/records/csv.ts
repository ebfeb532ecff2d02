/* What was found, as a table for other programs. Cells that a spreadsheet would run as a formula are defused. */
import type { SearchHit } from '~/api/types'

export function cell(text: string): string {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
    return `"${safe.replace(/"/g, '""')}"`
}

export function csvOf(hits: SearchHit[], origin: string, addressOf: (h: SearchHit) => string): string {
    const rows = hits.map((h) => [h.at, h.kind, h.text, h.snippet ?? '', origin + addressOf(h)])
    return `\uFEFF${[['at', 'kind', 'text', 'snippet', 'address'], ...rows].map((r) => r.map(cell).join(',')).join('\r\n')}\r\n`
}

export function saveText(name: string, text: string): void {
    const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
    const a = document.createElement('a')
    a.href = address
    a.download = name
    a.click()
    setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
