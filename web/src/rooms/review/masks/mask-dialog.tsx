/* Areas of a panel that comparisons leave out: a clock, a ticker, an advertisement. Drawn on its picture by mouse, finger or keyboard. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import { keys } from '~/api/queries'
import type { Mask, Shot } from '~/api/types'
import { cx } from '~/base/cx'
import { useDraft } from '~/base/draft'
import { useFormat } from '~/base/format'
import { Button, IconButton } from '~/parts/button'
import { Dialog } from '~/parts/dialog'
import { Bone, FaultNote, Note } from '~/parts/state'
import { toast } from '~/parts/toast'
import { pictureUrl } from '../pictures'
import { masksQuery } from './mask-button'
import { shotTitle } from '../words'
import { between, corners, fresh, grown, masksMax, moved, resized, type Corner, type Point } from './boxes'
import s from './masks.module.css'

type Act = { kind: 'draw'; from: Point; to: Point } | { kind: 'move'; i: number; from: Point; was: Mask } | { kind: 'resize'; i: number; corner: Corner; was: Mask }

const steps: Record<string, [number, number]> = { ArrowLeft: [-0.01, 0], ArrowRight: [0.01, 0], ArrowUp: [0, -0.01], ArrowDown: [0, 0.01] }

function useWords() {
    const { t } = useTranslation()
    const f = useFormat()
    return (b: Mask, i: number) => t('review.masks.area', { number: i + 1, left: f.percent(b.x), top: f.percent(b.y), width: f.percent(b.w), height: f.percent(b.h) })
}

function Area({ box, i, isOn, isFixed, onFocus, onGrab, onChange, onDrop }: {
    box: Mask; i: number; isOn: boolean; isFixed: boolean; onFocus: () => void; onGrab: (e: React.PointerEvent, corner: Corner | null) => void; onChange: (b: Mask) => void; onDrop: () => void
}) {
    const words = useWords()
    return (
        <button
            type="button" id={`mask-${i}`} className={cx(s.area, isOn && s.on)} aria-label={words(box, i)} aria-describedby="mask-hint" disabled={isFixed}
            style={{ left: `${box.x * 100}%`, top: `${box.y * 100}%`, width: `${box.w * 100}%`, height: `${box.h * 100}%` }}
            onFocus={onFocus} onPointerDown={(e) => onGrab(e, null)}
            onKeyDown={(e) => {
                const step = steps[e.key]
                if (step) {
                    e.preventDefault()
                    const by = e.altKey ? 0.2 : 1
                    onChange(e.shiftKey ? grown(box, step[0] * by, step[1] * by) : moved(box, step[0] * by, step[1] * by))
                } else if (e.key === 'Delete' || e.key === 'Backspace') {
                    e.preventDefault()
                    onDrop()
                }
            }}
        >
            <span className={s.number} aria-hidden="true">{i + 1}</span>
            {isOn && !isFixed && corners.map((c) => <span key={c} className={cx(s.corner, s[c])} onPointerDown={(e) => { e.stopPropagation(); onGrab(e, c) }} aria-hidden="true" />)}
        </button>
    )
}

function Board({ shot, boxes, on, isFixed, onSelect, onChange, onDrop }: {
    shot: Shot; boxes: Mask[]; on: number | null; isFixed: boolean; onSelect: (i: number | null) => void; onChange: (next: Mask[]) => void; onDrop: (i: number) => void
}) {
    const { t } = useTranslation()
    const board = useRef<HTMLDivElement>(null)
    const [act, setAct] = useState<Act | null>(null)
    const pointOf = (e: React.PointerEvent): Point => {
        const r = board.current!.getBoundingClientRect()
        return { x: (e.clientX - r.left) / r.width, y: (e.clientY - r.top) / r.height }
    }
    const put = (i: number, b: Mask) => onChange(boxes.map((x, n) => (n === i ? b : x)))
    const onMove = (e: React.PointerEvent) => {
        if (!act) return
        const p = pointOf(e)
        if (act.kind === 'draw') setAct({ ...act, to: p })
        else if (act.kind === 'move') put(act.i, moved(act.was, p.x - act.from.x, p.y - act.from.y))
        else put(act.i, resized(act.was, act.corner, p))
    }
    // The last move may not be rendered yet when the hand is lifted: where it was lifted counts.
    const onUp = (e: React.PointerEvent) => {
        if (act?.kind === 'draw') {
            const b = between(act.from, pointOf(e))
            if (b && boxes.length < masksMax) {
                onChange([...boxes, b])
                onSelect(boxes.length)
            }
        } else {
            onMove(e)
        }
        setAct(null)
    }
    const ghost = act?.kind === 'draw' ? between(act.from, act.to) : null
    const p = shot.picture!
    return (
        <div
            ref={board} className={cx(s.board, isFixed && s.fixed)} style={{ '--shape': String(p.width / p.height), '--wide': `${p.width * 2}px` } as React.CSSProperties} data-board
            onPointerDown={(e) => {
                if (isFixed || e.button !== 0) return
                board.current?.setPointerCapture(e.pointerId)
                onSelect(null)
                const at = pointOf(e)
                setAct({ kind: 'draw', from: at, to: at })
            }}
            onPointerMove={onMove} onPointerUp={onUp} onPointerCancel={() => setAct(null)}
        >
            <img src={pictureUrl(shot)} alt={t('review.masks.picture', { panel: shotTitle(shot) })} draggable={false} />
            {boxes.map((b, i) => (
                <Area
                    key={i} box={b} i={i} isOn={on === i} isFixed={isFixed} onFocus={() => onSelect(i)} onChange={(x) => put(i, x)} onDrop={() => onDrop(i)}
                    onGrab={(e, corner) => {
                        e.stopPropagation()
                        if (isFixed || e.button !== 0) return
                        board.current?.setPointerCapture(e.pointerId)
                        document.getElementById(`mask-${i}`)?.focus()
                        setAct(corner ? { kind: 'resize', i, corner, was: b } : { kind: 'move', i, from: pointOf(e), was: b })
                    }}
                />
            ))}
            {ghost && <span className={cx(s.area, s.ghost)} style={{ left: `${ghost.x * 100}%`, top: `${ghost.y * 100}%`, width: `${ghost.w * 100}%`, height: `${ghost.h * 100}%` }} />}
        </div>
    )
}

function Editor({ shot, kept, mayEdit, onClose }: { shot: Shot; kept: Mask[]; mayEdit: boolean; onClose: () => void }) {
    const { t } = useTranslation()
    const words = useWords()
    const cache = useQueryClient()
    const draft = useDraft<Mask[]>(`masks.${shot.panel_key}`, kept)
    const [on, setOn] = useState<number | null>(null)
    const boxes = draft.value
    const isSame = JSON.stringify(boxes) === JSON.stringify(kept)
    const drop = (i: number) => {
        draft.set(boxes.filter((_, n) => n !== i))
        setOn(null)
        document.getElementById('mask-add')?.focus()
    }
    const save = useMutation({
        mutationFn: () => api.put<{ masks: Mask[] }>(`/panels/${encodeURIComponent(shot.panel_key)}/masks`, { masks: boxes }),
        onSuccess: (answer) => {
            cache.setQueryData(keys.masks(shot.panel_key), answer.masks)
            draft.reset(answer.masks)
            toast({ text: t('review.masks.saved') })
            onClose()
        },
    })
    return (
        <>
            <p className="quiet">{t('review.masks.text')}</p>
            {draft.wasRestored && !isSame && <Note>{t('common.restored')}</Note>}
            <Board shot={shot} boxes={boxes} on={on} isFixed={!mayEdit} onSelect={setOn} onChange={draft.set} onDrop={drop} />
            {mayEdit && <p className="quiet small" id="mask-hint">{t('review.masks.hint')}</p>}
            <p className="sr" role="status">{on !== null && boxes[on] ? words(boxes[on], on) : ''}</p>
            {boxes.length === 0 && <p className="quiet small">{t('review.masks.none')}</p>}
            {boxes.length > 0 && (
                <ul className={s.list} aria-label={t('review.masks.title')}>
                    {boxes.map((b, i) => (
                        <li key={i} className={on === i ? s.chosen : undefined}>
                            <button type="button" className={s.name} disabled={!mayEdit} onClick={() => { setOn(i); document.getElementById(`mask-${i}`)?.focus() }}>{words(b, i)}</button>
                            {mayEdit && <IconButton small label={t('review.masks.drop', { number: i + 1 })} icon={<Trash2 size={15} />} onPress={() => drop(i)} />}
                        </li>
                    ))}
                </ul>
            )}
            {save.isError && <FaultNote error={save.error} />}
            <div className={s.foot}>
                {mayEdit && (
                    <Button id="mask-add" icon={<Plus size={15} />} isDisabled={boxes.length >= masksMax} onPress={() => {
                        draft.set([...boxes, fresh(boxes.length)])
                        setOn(boxes.length)
                        requestAnimationFrame(() => document.getElementById(`mask-${boxes.length}`)?.focus())
                    }}>{t('review.masks.add')}</Button>
                )}
                <span className={s.end}>
                    <Button onPress={() => { draft.reset(kept); onClose() }}>{t(mayEdit ? 'common.cancel' : 'common.close')}</Button>
                    {mayEdit && <Button kind="primary" isDisabled={isSame || save.isPending} onPress={() => save.mutate()}>{t('common.save')}</Button>}
                </span>
            </div>
        </>
    )
}

export default function MaskDialog({ shot, mayEdit, onClose }: { shot: Shot; mayEdit: boolean; onClose: () => void }) {
    const { t } = useTranslation()
    const kept = useQuery(masksQuery(shot.panel_key))
    return (
        <Dialog title={t('review.masks.titleOf', { panel: shotTitle(shot) })} isOpen onClose={onClose} wide>
            {kept.isError && !kept.data && <FaultNote error={kept.error} />}
            {kept.isPending && <Bone height={260} />}
            {kept.data && <Editor shot={shot} kept={kept.data} mayEdit={mayEdit} onClose={onClose} />}
        </Dialog>
    )
}
