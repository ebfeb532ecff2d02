// What a first visit downloads: the entry page, what it loads at once, one language and the Today room. Fails above the limit.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const limit = 350 * 1024
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
const seen = new Set()
function visit(key) {
    const chunk = manifest[key]
    if (!chunk || seen.has(chunk.file)) return
    seen.add(chunk.file)
    chunk.css?.forEach((f) => seen.add(f))
    chunk.imports?.forEach(visit)
}
const all = (end) => Object.keys(manifest).filter((k) => k.endsWith(end))
for (const key of ['index.html', ...all('i18n/zh-CN/index.ts'), ...all('rooms/today/today.tsx')]) visit(key)
for (const f of readdirSync(new URL('assets/', dist))) if (f.startsWith('boot-')) seen.add(`assets/${f}`)
const size = (f) => gzipSync(readFileSync(new URL(f, dist)), { level: 9 }).length
const list = ['index.html', ...seen].map((f) => [f, size(f)]).sort((a, b) => b[1] - a[1])
const total = list.reduce((n, [, s]) => n + s, 0)
for (const [f, s] of list) console.log(`${String(s).padStart(8)}  ${f}`)
console.log(`first load ${(total / 1024).toFixed(1)} KB compressed, limit ${limit / 1024} KB`)
if (total > limit) process.exit(1)
