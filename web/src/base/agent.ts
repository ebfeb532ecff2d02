/* A User-Agent in two words, as far as it tells: enough to know one's own browsers apart. */
const browsers: [RegExp, string][] = [
    [/\bEdg(?:e|A|iOS)?\/(\d+)/, 'Edge'], [/\bOPR\/(\d+)/, 'Opera'], [/\bFirefox\/(\d+)/, 'Firefox'], [/\bFxiOS\/(\d+)/, 'Firefox'],
    [/\bMicroMessenger\/(\d+)/, 'WeChat'], [/\b(?:Headless)?Chrom(?:e|ium)\/(\d+)/, 'Chrome'], [/\bCriOS\/(\d+)/, 'Chrome'],
    [/\bVersion\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari/, 'Safari'], [/^curl\/(\d+)/, 'curl'],
]
const systems: [RegExp, string][] = [
    [/Android/, 'Android'], [/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Windows/, 'Windows'], [/Mac OS X/, 'macOS'], [/CrOS/, 'ChromeOS'], [/Linux/, 'Linux'],
]

export function browserOf(agent: string): string {
    const found = browsers.find(([shape]) => shape.test(agent))
    const name = found ? `${found[1]} ${found[0].exec(agent)?.[1] ?? ''}`.trim() : agent.slice(0, 40)
    const system = systems.find(([shape]) => shape.test(agent))?.[1]
    return system ? `${name} · ${system}` : name
}
