/* A dashboard's variables: one value, several at once, or one shot for each of them. The values are the ones Grafana offers. */
import { useTranslation } from 'react-i18next'
import type { Dashboard, DashboardVariable, PlanSpec, VariableChoice } from '~/api/types'
import { Field, Segments, Tick } from '~/parts/field'
import { Select } from '~/parts/menu'
import s from './editor.module.css'
import { selectionOf, setVariable } from './spec'

type Mode = VariableChoice['mode'] | 'default'

function Values({ variable, choice, onChange }: { variable: DashboardVariable; choice: VariableChoice; onChange: (values: string[]) => void }) {
    const { t } = useTranslation()
    const label = variable.label || variable.name
    if (!variable.values.length) {
        return <Field label={t('plans.valuesOf', { name: label })} hideLabel value={choice.values.join(', ')} onChange={(v) => onChange(v.split(',').map((x) => x.trim()).filter(Boolean))} />
    }
    if (choice.mode === 'value') {
        return <Select hideLabel label={t('plans.valuesOf', { name: label })} value={choice.values[0] ?? null} options={variable.values.map((v) => ({ id: v.value, text: v.text }))} onChange={(v) => onChange([v])} />
    }
    return (
        <div className={s.values}>
            {variable.values.map((v) => (
                <Tick key={v.value} isSelected={choice.values.includes(v.value)} onChange={(on) => onChange(on ? [...choice.values, v.value] : choice.values.filter((x) => x !== v.value))}>{v.text}</Tick>
            ))}
        </div>
    )
}

export function Variables({ spec, source, dashboard, onChange }: { spec: PlanSpec; source: string; dashboard: Dashboard; onChange: (spec: PlanSpec) => void }) {
    const { t } = useTranslation()
    const chosen = selectionOf(spec, source, dashboard.uid)?.variables ?? {}
    return (
        <div className={s.variables}>
            <h3>{t('plans.variables')}</h3>
            {dashboard.variables.map((v) => {
                const choice = chosen[v.name]
                const set = (next: VariableChoice | null) => onChange(setVariable(spec, source, dashboard.uid, v.name, next))
                const all = v.values.map((x) => x.value)
                return (
                    <div key={v.name} className={s.line}>
                        <strong>{v.label || v.name}</strong>
                        <Segments<Mode>
                            label={t('plans.modeOf', { name: v.label || v.name })} value={choice?.mode ?? 'default'}
                            options={(['default', 'value', 'list', 'each'] as const).filter((m) => m !== 'list' || v.multi).map((m) => ({ id: m, text: t(`plans.variable.${m}`) }))}
                            onChange={(m) => set(m === 'default' ? null : { mode: m, values: choice?.values.length ? (m === 'value' ? choice.values.slice(0, 1) : choice.values) : m === 'value' ? all.slice(0, 1) : all })}
                        />
                        {choice && <Values variable={v} choice={choice} onChange={(values) => set({ ...choice, values })} />}
                    </div>
                )
            })}
        </div>
    )
}
