/* "Try it": one panel, rendered now, just as the plan would. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { all, send } from '~/api/client'
import { keys } from '~/api/queries'
import { useMay } from '~/api/session'
import type { PlanSpec, Shot } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button } from '~/parts/button'
import { Bone, FaultNote, Note } from '~/parts/state'
import s from './editor.module.css'
import { MaskButton } from '~/rooms/review/masks/mask-button'
import { selectionOf } from './spec'
import type { Tried } from './tree'

interface Result {
    address: string
    status: string | null
    ms: number
}

/** The panel as the plan's last round took it: areas to leave out are drawn on a picture that was kept. */
function useKeptShot(tried: Tried | null, lastRound: string | null): Shot | undefined {
    const shots = useQuery({
        queryKey: keys.shots(lastRound ?? ''), enabled: tried !== null && lastRound !== null, staleTime: 60_000,
        queryFn: ({ signal }) => all<Shot>(`/rounds/${lastRound}/shots`, { order: 'dashboard' }, signal),
    })
    return shots.data?.find((x) => tried !== null && x.source.id === tried.source && x.dashboard.uid === tried.dashboard && (x.panel.id === tried.panel || x.panel.key === tried.panel) && x.picture)
}

export function TryIt({ spec, tried, lastRound }: { spec: PlanSpec; tried: Tried | null; lastRound: string | null }) {
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
    const kept = useKeptShot(tried, lastRound)
    const mayMask = useMay('reviewer')
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
                        {kept && <MaskButton shot={kept} mayEdit={mayMask} />}
                    </div>
                    {data.status && data.status !== 'ok' && <Note kind="warn">{data.status}</Note>}
                </>
            )}
        </section>
    )
}
