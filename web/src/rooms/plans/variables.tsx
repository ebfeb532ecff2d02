/* A dashboard's variables: one value, several at once, or one shot for each of them. The values are the ones Grafana offers: what the
   dashboard's file does not tell is asked of its page, which a browser has to open; meanwhile, and always, they can be typed. */
import { useQuery } from '@tanstack/react-query'
import { LoaderCircle } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { all } from '~/api/client'
import { keys } from '~/api/queries'
import type { Dashboard, DashboardVariable, OfferedVariable, PlanSpec, VariableChoice } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button } from '~/parts/button'
import { Field, SearchBox, Segments, Tick } from '~/parts/field'
import { Select } from '~/parts/menu'
import { Note, useFaultText } from '~/parts/state'
import s from './editor.module.css'
import { selectionOf, setVariable } from './spec'

type Mode = VariableChoice['mode'] | 'default'

/** Typed by people, never offered by a query. */
const typedKinds = ['textbox', 'constant', 'adhoc', 'groupby']
/** More than this is searched, not scrolled through. */
const shownMost = 100
const searchFrom = 12

interface ValuesProps {
    label: string
    choice: VariableChoice
    onChange: (values: string[]) => void
}

/** Values by hand, separated by commas; what is typed stays as typed until it is left. */
function Typed({ label, choice, onChange }: ValuesProps) {
    const { t } = useTranslation()
    const [text, setText] = useState(choice.values.join(', '))
    const take = (v: string) => {
        setText(v)
        onChange(choice.mode === 'value' ? [v.trim()].filter(Boolean) : v.split(',').map((x) => x.trim()).filter(Boolean))
    }
    return <Field label={t('plans.valuesOf', { name: label })} value={text} onChange={take} note={choice.mode === 'value' ? undefined : t('plans.valuesNote')} />
}

function Offered({ label, choice, values, onChange }: ValuesProps & { values: DashboardVariable['values'] }) {
    const { t } = useTranslation()
    const f = useFormat()
    const [text, setText] = useState('')
    const gone = choice.values.filter((v) => v !== '$__all' && !values.some((x) => x.value === v)).map((v) => ({ text: t('plans.valueGone', { value: v }), value: v }))
    const every = [...gone, ...values]
    const words = text.trim().toLowerCase()
    const found = every.filter((v) => !words || v.text.toLowerCase().includes(words))
    const isEach = choice.mode === 'each'
    const isAll = isEach && (!choice.values.length || choice.values.includes('$__all'))
    const search = every.length > searchFrom && !isAll && <SearchBox label={t('plans.searchValues', { count: every.length, n: f.number(every.length) })} value={text} onChange={setText} />
    if (choice.mode === 'value') {
        const shown = found.slice(0, shownMost)
        const chosen = every.find((v) => v.value === choice.values[0])
        const options = chosen && !shown.includes(chosen) ? [chosen, ...shown] : shown
        return <>{search}<Select label={t('plans.valuesOf', { name: label })} value={chosen?.value ?? null} options={options.map((v) => ({ id: v.value, text: v.text }))} onChange={(v) => onChange([v])} /></>
    }
    return (
        <>
            {isEach && <Tick isSelected={isAll} onChange={(on) => onChange(on ? [] : values.map((v) => v.value))}>{t('plans.valuesAll')}</Tick>}
            {search}
            {!isAll && (
                <div className={s.values} role="group" aria-label={t('plans.valuesOf', { name: label })}>
                    {found.slice(0, shownMost).map((v) => (
                        <Tick key={v.value} isSelected={choice.values.includes(v.value)} onChange={(on) => onChange(on ? [...choice.values, v.value] : choice.values.filter((x) => x !== v.value))}>{v.text}</Tick>
                    ))}
                </div>
            )}
            {!isAll && found.length > shownMost && <p className="quiet small">{t('plans.valuesCut', { shown: f.number(shownMost), n: f.number(found.length) })}</p>}
        </>
    )
}

/** The service's words for what is no fault of Grafana's; others are shown as they came. */
const reasons: Record<string, string> = { 'its query gives none': 'plans.valuesNone', "the dashboard's page does not know it": 'plans.valuesUnknown' }

type Asked = { isPending: boolean; error: unknown; variable: OfferedVariable | undefined; again: () => void }

function Values({ variable, choice, asked, onChange }: { variable: DashboardVariable; choice: VariableChoice; asked: Asked | null; onChange: (values: string[]) => void }) {
    const { t } = useTranslation()
    const faultText = useFaultText()
    const [isTyping, setTyping] = useState(false)
    const label = variable.label || variable.name
    const values = variable.values.length ? variable.values : (asked?.variable?.values ?? [])
    const common = { label, choice, onChange }
    const known = reasons[asked?.variable?.error ?? '']
    const fault = asked && !asked.isPending && !values.length ? (asked.error ? Object.values(faultText(asked.error)).filter(Boolean).join(' ') : (known ? t(known) : asked.variable?.error || t('plans.valuesNone'))) : null
    return (
        <div className={s.choose}>
            {asked?.isPending && <p className="quiet small" role="status"><LoaderCircle size={14} className={s.turning} aria-hidden="true" /> {t('plans.valuesAsked')}</p>}
            {fault && (
                <Note kind="warn">
                    {t('plans.valuesFault', { why: fault })} <Button small kind="quiet" onPress={asked?.again ?? (() => undefined)}>{t('common.retry')}</Button>
                </Note>
            )}
            {values.length > 0 && !isTyping && <Offered {...common} values={values} />}
            {asked?.variable?.more && !isTyping && <p className="quiet small">{t('plans.valuesMore')}</p>}
            {(isTyping || (!values.length && !asked?.isPending)) && <Typed {...common} />}
            {(values.length > 0 || asked?.isPending) && <span className={s.acts}><Button small kind="quiet" onPress={() => setTyping(!isTyping)}>{t(isTyping ? 'plans.valuesChoose' : 'plans.valuesType')}</Button></span>}
        </div>
    )
}

const isAskable = (v: DashboardVariable) => !v.values.length && !typedKinds.includes(v.type)

export function Variables({ spec, source, dashboard, onChange }: { spec: PlanSpec; source: string; dashboard: Dashboard; onChange: (spec: PlanSpec) => void }) {
    const { t } = useTranslation()
    const chosen = selectionOf(spec, source, dashboard.uid)?.variables ?? {}
    const offer = useQuery({
        queryKey: keys.variables(source, dashboard.uid), enabled: dashboard.variables.some((v) => chosen[v.name] && isAskable(v)), staleTime: 120_000, retry: false,
        queryFn: ({ signal }) => all<OfferedVariable>(`/sources/${source}/dashboards/${dashboard.uid}/variables`, { limit: null }, signal),
    })
    const askedFor = (v: DashboardVariable): Asked | null => isAskable(v)
        ? { isPending: offer.isFetching && !offer.data, error: offer.error, variable: offer.data?.find((x) => x.name === v.name), again: () => void offer.refetch() } : null
    /** What a choice begins with: as the dashboard has it, or what it offers; for each value, all there are when the round begins. */
    const begin = (v: DashboardVariable, mode: VariableChoice['mode'], old: VariableChoice | undefined): VariableChoice => {
        const kept = old?.values.filter((x) => x !== '$__all') ?? []
        const current = v.current.filter((x) => x !== '$__all')
        const offered = (v.values.length ? v.values : (askedFor(v)?.variable?.values ?? [])).map((x) => x.value)
        if (mode === 'each') return { mode, values: kept.length > 1 ? kept : v.values.length ? offered : [] }
        if (mode === 'value') return { mode, values: [...kept, ...current, ...offered].slice(0, 1) }
        return { mode, values: kept.length ? kept : current.length ? current : offered }
    }
    return (
        <div className={s.variables}>
            <h2>{t('plans.variables')}</h2>
            {dashboard.variables.map((v) => {
                const choice = chosen[v.name]
                const set = (next: VariableChoice | null) => onChange(setVariable(spec, source, dashboard.uid, v.name, next))
                return (
                    <div key={v.name} className={s.variable}>
                        <div className={s.line}>
                            <strong>{v.label || v.name}</strong>
                            <Segments<Mode>
                                label={t('plans.modeOf', { name: v.label || v.name })} value={choice?.mode ?? 'default'}
                                options={(['default', 'value', 'list', 'each'] as const).filter((m) => m !== 'list' || v.multi).map((m) => ({ id: m, text: t(`plans.variable.${m}`) }))}
                                onChange={(m) => set(m === 'default' ? null : begin(v, m, choice))}
                            />
                        </div>
                        {choice && <Values key={choice.mode} variable={v} choice={choice} asked={askedFor(v)} onChange={(values) => set({ ...choice, values })} />}
                    </div>
                )
            })}
        </div>
    )
}
