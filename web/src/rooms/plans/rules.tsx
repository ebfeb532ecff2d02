/* Rules for automatic judgement: on the values of series, with the words that will be shown. */
import { Plus, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { PlanSpec, ReferenceKind, Rule } from '~/api/types'
import { Button, IconButton } from '~/parts/button'
import { Field, NumberBox } from '~/parts/field'
import { Select } from '~/parts/menu'
import s from './editor.module.css'
import { blankRule } from './spec'

const stats: Rule['stat'][] = ['last', 'min', 'max', 'mean', 'missing', 'missing_longest']
const ops: Rule['op'][] = ['>', '>=', '<', '<=', 'sigma', 'change']
const references: ReferenceKind[] = ['previous', 'same_weekday', 'last_normal', 'pinned']

function RuleRow({ rule, onChange, onDrop }: { rule: Rule; onChange: (rule: Rule) => void; onDrop: () => void }) {
    const { t } = useTranslation()
    const panels = rule.panels === '*' ? '*' : rule.panels.join(', ')
    return (
        <div className={s.rowCard}>
            <div className={s.line}>
                <Field label={t('plans.rule.panels')} value={panels} onChange={(v) => onChange({ ...rule, panels: v.trim() === '*' || !v.trim() ? '*' : v.split(',').map((x) => x.trim()).filter(Boolean) })} />
                <Field label={t('plans.rule.series')} value={rule.series} onChange={(series) => onChange({ ...rule, series })} placeholder="*" />
                <Select label={t('plans.rule.stat')} value={rule.stat} options={stats.map((id) => ({ id, text: t(`plans.stat.${id}`) }))} onChange={(stat) => onChange({ ...rule, stat })} />
                <Select label={t('plans.rule.op')} value={rule.op} options={ops.map((id) => ({ id, text: id === 'sigma' || id === 'change' ? t(`plans.op.${id}`) : id }))} onChange={(op) => onChange({ ...rule, op })} />
                <NumberBox label={t('plans.rule.value')} value={rule.value} onChange={(value) => onChange({ ...rule, value })} />
            </div>
            <div className={s.line}>
                <Select label={t('plans.rule.severity')} value={rule.severity} options={(['alert', 'warn'] as const).map((id) => ({ id, text: t(`common.severity.${id}`) }))} onChange={(severity) => onChange({ ...rule, severity })} />
                <Field label={t('plans.rule.text')} value={rule.text} onChange={(text) => onChange({ ...rule, text })} />
                <span className={s.fixed}><IconButton label={t('plans.rule.drop')} icon={<Trash2 size={15} />} onPress={onDrop} /></span>
            </div>
        </div>
    )
}

export function Rules({ spec, onChange }: { spec: PlanSpec; onChange: (spec: PlanSpec) => void }) {
    const { t } = useTranslation()
    return (
        <>
            <Select label={t('plans.reference')} value={spec.reference} options={references.map((id) => ({ id, text: t(`review.ref.${id}`) }))} onChange={(reference) => onChange({ ...spec, reference })} />
            <p className="quiet small">{t('plans.rulesText')}</p>
            {spec.rules.map((r, i) => (
                <RuleRow key={i} rule={r} onChange={(rule) => onChange({ ...spec, rules: spec.rules.map((x, k) => (k === i ? rule : x)) })} onDrop={() => onChange({ ...spec, rules: spec.rules.filter((_, k) => k !== i) })} />
            ))}
            <div className={s.acts}><Button icon={<Plus size={15} />} onPress={() => onChange({ ...spec, rules: [...spec.rules, { ...blankRule }] })}>{t('plans.rule.add')}</Button></div>
        </>
    )
}
