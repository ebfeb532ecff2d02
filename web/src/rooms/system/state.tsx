/* Renderers, queue, storage, health and the last errors; fresh every few seconds. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { api, send } from '~/api/client'
import { keys } from '~/api/queries'
import type { System } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button } from '~/parts/button'
import { Badge } from '~/parts/mark'
import { Facts, Section, Table } from '~/parts/page'
import { Bone, Fault, FaultNote, Note } from '~/parts/state'
import s from './system.module.css'

function SelfTest() {
    const { t } = useTranslation()
    const f = useFormat()
    const run = useMutation({
        mutationFn: async () => {
            const started = performance.now()
            const res = await send('POST', '/system/self-test', { body: {} })
            return { address: URL.createObjectURL(await res.blob()), ms: performance.now() - started }
        },
    })
    const address = run.data?.address
    useEffect(() => () => { if (address) URL.revokeObjectURL(address) }, [address])
    return (
        <Section title={t('system.selfTest')}>
            <div className={s.card}>
            <p className="quiet">{t('system.selfTestText')}</p>
            <div className={s.acts}>
                <Button isDisabled={run.isPending} onPress={() => run.mutate()}>{t(run.isPending ? 'system.testing' : 'system.runTest')}</Button>
                {run.data && <span className="quiet small" role="status">{t('system.testTook', { time: f.duration(run.data.ms) })}</span>}
            </div>
            {run.isPending && <Bone height={180} />}
            {run.isError && <FaultNote error={run.error} />}
            {run.data && <img className={s.test} src={run.data.address} alt={t('system.selfTestAlt')} />}
            </div>
        </Section>
    )
}

/** The checks' own texts are the log's; what this answer tells in figures is said in the reader's language. */
function useHealthText(x: System): (h: System['health'][number]) => string {
    const { t } = useTranslation()
    const f = useFormat()
    return (h) => {
        const [, waiting, dead] = /^(\d+) waiting, (\d+) given up$/.exec(h.detail) ?? []
        if (h.name === 'database') return f.bytes(x.storage.database_bytes)
        if (h.name === 'disk') return x.storage.free_bytes < 0 ? t('system.noLimit') : t('system.freeText', { bytes: f.bytes(x.storage.free_bytes) })
        if (h.name === 'browsers' && h.ok) return t('system.browsersText', { idle: f.number(x.browsers.filter((b) => b.state === 'idle').length), busy: f.number(x.browsers.filter((b) => b.state === 'leased').length) })
        if (waiting && dead) return t('system.newsText', { waiting: f.number(Number(waiting)), dead: f.number(Number(dead)) })
        return h.detail
    }
}

/** Why the browser has no sandbox: the reasons that are known, else the service's own words. */
const obstacles: [RegExp, string][] = [[/^running as root/, 'system.obstacle.root'], [/AppArmor/, 'system.obstacle.restricted'], [/not allowed/, 'system.obstacle.namespaces'], [/^off|switched off|setting/, 'system.obstacle.setting']]

function Browsers({ system }: { system: System }) {
    const { t } = useTranslation()
    const f = useFormat()
    return (
        <Section title={t('system.renderers')}>
            <Table
                label={t('system.renderers')} rows={system.browsers} rowKey={(b) => String(b.id)}
                columns={[
                    { id: 'id', head: t('system.id'), cell: (b) => <span className="mono">{b.id}</span> },
                    { id: 'state', head: t('system.stateOf'), cell: (b) => <Badge tone={b.state === 'leased' ? 'accent' : 'calm'}>{t([`system.browser.${b.state}`, 'system.browser.other'], { state: b.state })}</Badge> },
                    { id: 'identities', head: t('system.identities'), isNumber: true, cell: (b) => f.number(b.identities) },
                    { id: 'renders', head: t('system.renders'), isNumber: true, cell: (b) => f.number(b.renders) },
                    { id: 'age', head: t('system.age'), isNumber: true, cell: (b) => f.duration(b.age_ms) },
                    { id: 'memory', head: t('system.memory'), isNumber: true, cell: (b) => f.bytes(b.memory_bytes) },
                ]}
            />
        </Section>
    )
}

/** Beyond it, when the disk will be full is no news. */
const farDays = 3650

export function State() {
    const system = useQuery({ queryKey: keys.system, queryFn: ({ signal }) => api.get<System>('/system', {}, signal), refetchInterval: 5000 })
    if (system.isError && !system.data) return <Fault error={system.error} onRetry={() => void system.refetch()} />
    if (!system.data) return <div className={s.grid}>{[0, 1, 2].map((i) => <Bone key={i} height={220} />)}</div>
    return <Shown x={system.data} error={system.error} />
}

function Shown({ x, error }: { x: System; error: unknown }) {
    const { t } = useTranslation()
    const f = useFormat()
    const healthText = useHealthText(x)
    const reason = x.browser.sandbox.reason ?? ''
    const obstacle = obstacles.find(([words]) => words.test(reason))?.[1]
    return (
        <>
            <div className={s.notes}>
            {error !== null && <FaultNote error={error} />}
            {!x.browser.sandbox.on && <Note kind="warn"><strong>{t('system.noSandbox')}</strong> {obstacle ? t(obstacle) : reason}</Note>}
            {x.fonts.missing.map((m) => <Note key={m.script} kind="warn">{t('system.fontMissing', { script: t([`system.script.${m.script}`, 'system.script.other'], { script: m.script }), package: m.package })}</Note>)}
            </div>
            <div className={s.grid}>
                <section className={s.card}>
                    <h2>{t('system.health')}</h2>
                    <ul className={s.health}>
                        {x.health.map((h) => (
                            <li key={h.name}>
                                {h.ok ? <CircleCheck size={16} className={s.good} aria-label={t('system.ok')} /> : <CircleX size={16} className={s.bad} aria-label={t('system.notOk')} />}
                                <strong>{t([`system.check.${h.name}`, 'system.check.other'], { name: h.name })}</strong><span>{healthText(h)}</span>
                            </li>
                        ))}
                    </ul>
                </section>
                <section className={s.card}>
                    <h2>{t('system.storage')}</h2>
                    <Facts items={[
                        [t('system.database'), f.bytes(x.storage.database_bytes)],
                        [t('system.blobs'), `${f.bytes(x.storage.blob_bytes)} · ${t('system.files', { count: x.storage.blobs })}`],
                        [t('system.free'), f.bytes(x.storage.free_bytes)],
                        [t('system.retention'), t('system.retentionText', { count: x.storage.retention.due_count, bytes: f.bytes(x.storage.retention.due_bytes) })],
                        [t('system.ahead', { count: x.storage.retention.ahead_days }), t('system.retentionText', { count: x.storage.retention.ahead_count, bytes: f.bytes(x.storage.retention.ahead_bytes) })],
                        [t('system.growth'), x.storage.retention.full_in_days === null || x.storage.retention.full_in_days > farDays
                            ? t('system.growthText', { bytes: f.bytes(x.storage.retention.added_bytes_per_day) })
                            : t('system.growthFull', { bytes: f.bytes(x.storage.retention.added_bytes_per_day), count: x.storage.retention.full_in_days })],
                    ]} />
                </section>
                <section className={s.card}>
                    <h2>{t('system.service')}</h2>
                    <Facts items={[
                        [t('system.version'), x.version],
                        [t('system.up'), f.ago(x.started_at)],
                        [t('system.browserVersion'), `${x.browser.kind} ${x.browser.version}`],
                        [t('system.sandbox'), x.browser.sandbox.on ? t('system.on') : t('system.off')],
                        [t('system.queue'), t('system.queueText', { waiting: f.number(x.queue.waiting), running: f.number(x.queue.running) })],
                        [t('system.fidelity'), t('system.fidelityText', { checked: f.number(x.fidelity.checked), different: f.number(x.fidelity.different) })],
                    ]} />
                </section>
            </div>
            <Browsers system={x} />
            <Section title={t('system.errors')}>
                {x.errors.length === 0 ? <p className="quiet">{t('system.noErrors')}</p> : (
                    <ul className={s.errors} tabIndex={0} aria-label={t('system.errors')}>
                        {x.errors.map((e, i) => <li key={i}><time className="quiet nowrap" dateTime={e.at}>{f.dateTime(e.at)}</time><code>{e.line}</code></li>)}
                    </ul>
                )}
            </Section>
            <SelfTest />
        </>
    )
}
