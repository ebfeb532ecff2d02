/* "Abnormal, because …": a comment, a category, a link. Enter saves; what was typed survives a reload. */
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Shot } from '~/api/types'
import { useDraft } from '~/base/draft'
import { Button } from '~/parts/button'
import { Dialog } from '~/parts/dialog'
import { Field, Segments, TextBox } from '~/parts/field'
import { shotTitle } from './words'

export interface Said {
    comment: string
    category: string
    links: string[]
}

const categories = ['capacity', 'fault', 'change', 'data', 'other'] as const

interface FormValue {
    comment: string
    category: (typeof categories)[number]
    link: string
}

export function AbnormalForm({ draftKey, onSave, onClose }: { draftKey: string; onSave: (said: Said) => void; onClose: () => void }) {
    const { t } = useTranslation()
    const draft = useDraft<FormValue>(`abnormal.${draftKey}`, { comment: '', category: 'fault', link: '' })
    const [isAsked, setAsked] = useState(false)
    const area = useRef<HTMLTextAreaElement>(null)
    const { comment, category, link } = draft.value
    const save = () => {
        if (!comment.trim()) {
            setAsked(true)
            area.current?.focus()
            return
        }
        draft.reset({ comment: '', category: 'fault', link: '' })
        onSave({ comment: comment.trim(), category, links: link.trim() ? [link.trim()] : [] })
    }
    return (
        <>
            <TextBox
                label={t('review.whatIsWrong')} value={comment} autoFocus rows={3} areaRef={area} note={t('review.enterSaves')}
                fault={isAsked && !comment.trim() ? t('review.commentNeeded') : undefined}
                onChange={(v) => draft.set((old) => ({ ...old, comment: v }))}
                onKeyDown={(e) => {
                    if (e.key !== 'Enter' || e.shiftKey || e.nativeEvent.isComposing) return
                    e.preventDefault()
                    save()
                }}
            />
            <Segments label={t('review.category')} value={category} options={categories.map((id) => ({ id, text: t(`review.categories.${id}`) }))} onChange={(v) => draft.set((old) => ({ ...old, category: v }))} />
            <Field label={t('review.link')} value={link} type="url" placeholder="https://" onChange={(v) => draft.set((old) => ({ ...old, link: v }))} />
            <div className="formEnd">
                <Button onPress={onClose}>{t('common.cancel')}</Button>
                <Button kind="primary" onPress={save}>{t('review.saveAbnormal')}</Button>
            </div>
        </>
    )
}

export function AbnormalDialog({ shot, onSave, onClose }: { shot: Shot; onSave: (said: Said) => void; onClose: () => void }) {
    const { t } = useTranslation()
    return (
        <Dialog title={t('review.abnormalTitle', { panel: shotTitle(shot), window: shot.window.name })} isOpen onClose={onClose}>
            <AbnormalForm draftKey={shot.id} onSave={onSave} onClose={onClose} />
        </Dialog>
    )
}
