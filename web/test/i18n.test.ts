/* Both languages say the same things, the source asks for nothing that is missing, and nothing lies unused. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from '../src/i18n/en/index'
import zh from '../src/i18n/zh-CN/index'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, prefix = ''): Map<string, string> {
    const out = new Map<string, string>()
    for (const [k, v] of Object.entries(tree)) {
        if (typeof v === 'string') out.set(prefix + k, v)
        else for (const [kk, vv] of flat(v, `${prefix}${k}.`)) out.set(kk, vv)
    }
    return out
}

const plural = /_(zero|one|two|few|many|other)$/
const bare = (key: string) => key.replace(plural, '')
const english = flat(en as Tree)
const chinese = flat(zh as Tree)
const known = new Set([...english.keys()].map(bare))

function sources(dir: string): string[] {
    return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
        const path = join(dir, e.name)
        if (e.isDirectory()) return e.name === 'i18n' ? [] : sources(path)
        return /\.tsx?$/.test(e.name) ? [readFileSync(path, 'utf8')] : []
    })
}

const text = sources(join(__dirname, '../src')).join('\n')
const files = Object.keys(en).join('|')
/** Keys written out in full, as in t('plans.add') or in a table of keys. */
const literal = new Set([...text.matchAll(new RegExp(`['"\`]((?:${files})\\.[A-Za-z0-9_.]+)['"\`]`, 'g'))].map((m) => m[1]!))
/** Keys with a variable end, as in t(`common.role.${role}`): everything below the fixed part counts as used. */
const prefixes = [...text.matchAll(new RegExp(`\`((?:${files})\\.[A-Za-z0-9_.]*)\\$\\{`, 'g'))].map((m) => m[1]!)
/** state.tsx names its headlines without the file. */
const headlines = [...text.matchAll(/'(error\.[a-zA-Z]+)'/g)].map((m) => `common.${m[1]}`)
const isUsed = (key: string) => literal.has(key) || headlines.includes(key) || prefixes.some((p) => key.startsWith(p))

const variables = (s: string) => [...s.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort().join()

describe('texts', () => {
    it('exist in both languages', () => {
        expect([...new Set([...chinese.keys()].map(bare))].sort()).toEqual([...known].sort())
    })

    it('have the plural forms that each language needs', () => {
        const bad: string[] = []
        for (const [map, forms] of [[english, ['one', 'other']], [chinese, ['other']]] as const) {
            for (const key of map.keys()) {
                if (!plural.test(key)) continue
                const has = [...map.keys()].filter((k) => bare(k) === bare(key) && plural.test(k)).map((k) => k.slice(bare(key).length + 1)).sort()
                if (has.join() !== [...forms].sort().join()) bad.push(`${key}: ${has.join()}`)
            }
        }
        expect(bad).toEqual([])
    })

    it('use the same variables in both languages', () => {
        const bad = [...chinese].filter(([k, v]) => {
            const other = english.get(k) ?? english.get(`${bare(k)}_other`)
            return other !== undefined && variables(v) !== variables(other)
        })
        expect(bad).toEqual([])
    })

    it('are never empty, and Chinese has no letter-spaced or half-width sentence marks', () => {
        expect([...english, ...chinese].filter(([, v]) => v === '')).toEqual([])
        expect([...chinese].filter(([, v]) => /[\u4e00-\u9fff][,;!?](\s|$)/.test(v))).toEqual([])
    })

    it('are there for every key the source asks for', () => {
        expect([...literal].filter((k) => !known.has(k) && !/\.(ts|tsx|css|json)$/.test(k))).toEqual([])
        expect(prefixes.filter((p) => ![...known].some((k) => k.startsWith(p)))).toEqual([])
    })

    it('are all used', () => {
        expect([...known].filter((k) => !isUsed(k))).toEqual([])
    })
})
