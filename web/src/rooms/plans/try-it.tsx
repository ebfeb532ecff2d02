/* "Try it": one panel, rendered now, just as the plan would. */
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { send } from '~/api/client'
import type { PlanSpec } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button } from '~/parts/button'
import { Bone, FaultNote, Note } from '~/parts/state'
import s from './editor.module.css'
import { selectionOf } from './spec'
import type { Tried } from './tree'

interface Result {
    address: string
    status: string | null
    ms: number
}

export function TryIt({ spec, tried }: { spec: PlanSpec; tried: Tried | null }) {
    const { t } = useTranslation()
    const f = useFormat()
    const run = useMutation({
        mutationFn: async (what: Tried): Promise<Result> => {
            const started = performance.now()
            const { width, height, scale, theme } = spec.picture
            const chosen = selectionOf(spec, what.source, what.dashboard)?.variables ?? {}
            const res = await send('POST', `/sources/${what.source}/preview`, {
                body: {
                    dashboard: what.dashboard, panel: what.panel, window: { ...spec.windows[0], name: spec.windows[0]?.name || 'preview' },
                    picture: { width, height, scale, theme }, timezone: spec.timezone,
                    variables: Object.fromEntries(Object.entries(chosen).map(([k, v]) => [k, v.mode === 'each' ? v.values.slice(0, 1) : v.values])),
                },
            })
            return { address: URL.createObjectURL(await res.blob()), status: res.headers.get('X-Rounds-Status'), ms: performance.now() - started }
        },
    })
    const { mutate, data } = run
    useEffect(() => { if (tried) mutate(tried) }, [tried, mutate])
    useEffect(() => () => { if (data) URL.revokeObjectURL(data.address) }, [data])
    return (
        <section className={s.card} aria-live="polite">
            <h2>{tried ? t('plans.tryOf', { panel: tried.title }) : t('plans.try')}</h2>
            {!tried && <div className={s.shape}>{t('plans.tryText')}</div>}
            {run.isPending && <Bone height={200} />}
            {run.isError && <FaultNote error={run.error} />}
            {data && !run.isPending && (
                <>
                    <img className={s.try} src={data.address} alt={t('plans.tryAlt', { panel: tried?.title })} />
                    <div className={s.acts}>
                        <span className="quiet small">{t('plans.tryTook', { time: f.duration(data.ms) })}</span>
                        {tried && <Button small onPress={() => mutate(tried)}>{t('plans.tryAgain')}</Button>}
                    </div>
                    {data.status && data.status !== 'ok' && <Note kind="warn">{data.status}</Note>}
                </>
            )}
        </section>
    )
}
