/* The three verdicts, undo, and the way on. The box for a comment opens above it, so the picture stays in sight. */
import { ArrowDown, ArrowUp, Check, Minus, Undo2, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Shot, VerdictValue } from '~/api/types'
import { useDraft } from '~/base/draft'
import { useFormat } from '~/base/format'
import { Button, IconButton } from '~/parts/button'
import { TextBox } from '~/parts/field'
import { AbnormalForm, type Said } from '../abnormal'
import type { SheetKind } from '../focus'
import s from './focus.module.css'

function CommentForm({ shot, onSave, onClose }: { shot: Shot; onSave: (said: Said) => void; onClose: () => void }) {
    const { t } = useTranslation()
    const draft = useDraft(`comment.${shot.id}`, '')
    const save = () => {
        const comment = draft.value.trim()
        if (!comment) return
        draft.reset('')
        onSave({ comment, category: '', links: [] })
    }
    return (
        <>
            <TextBox
                label={t('review.comment')} value={draft.value} onChange={draft.set} rows={3} autoFocus note={t('review.enterSaves')}
                onKeyDown={(e) => {
                    if (e.key !== 'Enter' || e.shiftKey || e.nativeEvent.isComposing) return
                    e.preventDefault()
                    save()
                }}
            />
            <div className="formEnd">
                <Button onPress={onClose}>{t('common.cancel')}</Button>
                <Button kind="primary" isDisabled={!draft.value.trim()} onPress={save}>{t('common.save')}</Button>
            </div>
        </>
    )
}

export function ActionBar({ shot, mayJudge, isSigned, sheet, onSheet, canUndo, onJudge, onComment, onUndo, onNext, onBack, isFirst, isLast }: {
    shot: Shot; mayJudge: boolean; isSigned: boolean; sheet: SheetKind; onSheet: (k: SheetKind) => void; canUndo: boolean
    onJudge: (value: VerdictValue, said?: Said) => void; onComment: (said: Said) => void; onUndo: () => void; onNext: () => void; onBack: () => void; isFirst: boolean; isLast: boolean
}) {
    const { t } = useTranslation()
    const f = useFormat()
    const value = shot.verdict?.value
    const close = () => onSheet(null)
    return (
        <div className={s.bar}>
            {sheet && mayJudge && (
                <div className={s.sheet} role="group" aria-label={sheet === 'abnormal' ? t('review.abnormalMore') : t('review.comment')} onKeyDown={(e) => { if (e.key === 'Escape') { e.stopPropagation(); close() } }}>
                    {sheet === 'abnormal'
                        ? <AbnormalForm key={shot.id} draftKey={shot.id} onSave={(said) => onJudge('abnormal', said)} onClose={close} />
                        : <CommentForm key={shot.id} shot={shot} onSave={onComment} onClose={close} />}
                </div>
            )}
            {mayJudge ? (
                <div className={s.main}>
                    <Button hint="n" icon={<Check size={16} aria-hidden="true" />} className={value === 'normal' ? s.set! : ''} onPress={() => onJudge('normal')}>{t('common.verdict.normal')}</Button>
                    <Button hint="a" icon={<X size={16} aria-hidden="true" />} className={value === 'abnormal' ? s.setBad! : ''} onPress={() => onSheet('abnormal')}>{t('review.abnormalMore')}</Button>
                    <Button hint="x" icon={<Minus size={16} aria-hidden="true" />} className={value === 'not_applicable' ? s.set! : ''} onPress={() => onJudge('not_applicable')}>{t('common.verdict.not_applicable')}</Button>
                </div>
            ) : <span className={s.by}>{t(isSigned ? 'review.isSigned' : 'review.readOnly')}</span>}
            {shot.verdict && value !== 'undecided' && (
                <span className={s.by}>{t('review.judgedBy', { who: shot.verdict.by.display_name, verdict: t(`common.verdict.${shot.verdict.value}`), time: f.time(shot.verdict.at) })}</span>
            )}
            <div className={s.end}>
                {mayJudge && <IconButton label={t('review.undo')} hint="u" icon={<Undo2 size={17} />} isDisabled={!canUndo} onPress={onUndo} />}
                <span className={s.hideSmall}><IconButton label={t('review.previous')} hint="k" icon={<ArrowUp size={17} />} isDisabled={isFirst} onPress={onBack} /></span>
                <span className={s.hideSmall}><IconButton label={t('review.next')} hint="j" icon={<ArrowDown size={17} />} isDisabled={isLast} onPress={onNext} /></span>
            </div>
        </div>
    )
}
