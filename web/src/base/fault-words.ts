/* What the server says when something goes wrong, in the reader's language. The server speaks English; where the language has
   a list of its sentences (i18n/zh-CN/refusals.ts, failures.ts), they are recognised by their fixed parts and said again. */

interface Sentence { shape: RegExp; say: string }

let sentences: Sentence[] = []

const hole = /%(?:\.\*|\.\d+)?(?:zu|lld|s|d|g)/

/** A sentence of the server's source (C, with escapes and conversions) as what it looks like when it arrives. */
export function shapeOf(sentence: string): RegExp {
    const parts = sentence.replaceAll('\\"', '"').split(new RegExp(hole, 'g'))
    return new RegExp(`^${parts.map((p) => p.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.*?)')}$`, 's')
}

export function setFaultWords(list: [string, string][]): void {
    // What has fewer holes says more: it is tried first.
    sentences = list
        .map(([sentence, say]) => ({ shape: shapeOf(sentence), say, holes: sentence.split(hole).length }))
        .sort((a, b) => a.holes - b.holes)
}

/** The sentence in the reader's language; as it came when that is not known. */
export function sayFault(text: string): string {
    for (const { shape, say } of sentences) {
        const found = shape.exec(text)
        if (!found) continue
        let i = 0
        return say.replaceAll('%s', () => sayFault(found[++i] ?? ''))
    }
    return text
}
