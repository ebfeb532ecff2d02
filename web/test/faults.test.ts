/* The Chinese of the server's refusals and failures: each sentence is one that the server says, word for word in its source. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Finding } from '~/api/types'
import { sayFault, setFaultWords, shapeOf } from '~/base/fault-words'
import { findingText } from '~/rooms/review/words'
import { faults } from '../src/i18n/zh-CN'

function texts(dir: string): string[] {
    return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
        const path = join(dir, e.name)
        if (e.isDirectory()) return texts(path)
        return e.name.endsWith('.c') ? [readFileSync(path, 'utf8')] : []
    })
}

/** With the literals that C puts together at compile time in one piece. */
const server = texts(join(__dirname, '../../src')).join('\n').replace(/"\s*\n\s*"/g, '')
const holes = (text: string) => text.split(/%(?:\.\*|\.\d+)?(?:zu|lld|s|d|g)/).length - 1

afterEach(() => setFaultWords([]))

describe('refusals in Chinese', () => {
    it('are of sentences that the server says', () => {
        expect(faults.filter(([sentence]) => !server.includes(sentence)).map(([sentence]) => sentence)).toEqual([])
    })

    it('fill in no more than they are told, and stand in the list once', () => {
        expect(faults.filter(([sentence, say]) => holes(say) > holes(sentence)).map(([sentence]) => sentence)).toEqual([])
        expect(new Set(faults.map(([sentence]) => sentence)).size).toBe(faults.length)
    })

    it('keep what was filled in', () => {
        setFaultWords(faults)
        expect(sayFault('there is a plan named "Morning" already')).toBe('已有名为“Morning”的计划')
        expect(sayFault('too many wrong tries: wait 12 s before the next')).toBe('错误次数太多：请等 12 秒再试')
        expect(sayFault('39 shots are undecided now, not 0; look again before you sign')).toBe('现在有 39 张待判定，不是 0 张；请再看一遍再签核')
    })

    it('of a picture that was not taken stand in its finding', () => {
        setFaultWords(faults)
        const message = 'the dashboard has no panel 7'
        const finding: Finding = {
            kind: 'not_rendered', severity: 'alert', evidence: { outcome: 'panel_missing', message },
            text: { en: `not rendered: there is no such panel (${message})`, 'zh-CN': `未能截图: 面板不存在 (${message})` },
        }
        expect(findingText(finding, 'zh-CN')).toBe('未能截图: 面板不存在 (仪表板里没有面板 7)')
        expect(sayFault('http://g:3000: no answer while connecting')).toBe('http://g:3000: 建立连接时没有应答')
    })

    it('speak of connections as the server does where it speaks Chinese itself', () => {
        const own = readFileSync(join(__dirname, '../../src/grafana/words.c'), 'utf8')
        const words = new Map([...own.matchAll(/^    \{"([^"]+)", "([^"]+)"\},$/gm)].map(([, key, zh]) => [key!, zh!.replace(/\{\d\}/g, '%s')]))
        const said = new Set(faults.map(([, say]) => say))
        for (const cause of ['timeout', 'no_answer', 'connect', 'name_unknown', 'proxy_unknown', 'proxy', 'ca_file', 'tls', 'no_tls', 'closed', 'broken']) {
            expect(said, cause).toContain(words.get(cause))
        }
        const terms = faults.filter(([sentence]) => words.has(sentence))
        expect(terms.length).toBeGreaterThan(10)
        for (const [sentence, say] of terms) expect(say, sentence).toBe(words.get(sentence))
    })

    it('leave alone what is not known, and everything where there is no list', () => {
        expect(sayFault('the name or the password is wrong')).toBe('the name or the password is wrong')
        setFaultWords(faults)
        expect(sayFault('something quite new (42)')).toBe('something quite new (42)')
    })

    it('take signs of regular expressions as they are', () => {
        expect(shapeOf('at %s (a|b).').test('at x (a|b).')).toBe(true)
        expect(shapeOf('at %s (a|b).').test('at x aY')).toBe(false)
    })
})
