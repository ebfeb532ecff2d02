/* What to compare with, and how. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronDown, Maximize, ZoomIn, ZoomOut } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import type { References, Shot } from '~/api/types'
import { useFormat } from '~/base/format'
import { Button, IconButton, Kbd } from '~/parts/button'
import { Segments } from '~/parts/field'
import { Menu } from '~/parts/menu'
import { useFaultText } from '~/parts/state'
import { toast } from '~/parts/toast'
import s from './focus.module.css'
import { modes, type Mode } from './stage'
import type { TiedZoom } from './use-zoom'

export const referenceKinds = ['chosen', 'previous', 'same_weekday', 'last_normal', 'pinned'] as const
export type ReferenceChoice = (typeof referenceKinds)[number]

export function CompareBar({ shot, mode, onMode, zoom, zone, mayJudge, kind, found, reference, isOpen, onOpen, onKind }: {
    shot: Shot; mode: Mode; onMode: (m: Mode) => void; zoom: TiedZoom; zone: string; mayJudge: boolean; kind: ReferenceChoice; found: References | null
    reference: Shot | null; isOpen: boolean; onOpen: (open: boolean) => void; onKind: (k: ReferenceChoice) => void
}) {
    const { t } = useTranslation()
    const f = useFormat()
    const cache = useQueryClient()
    const faultText = useFaultText()
    const has = Boolean(reference?.picture && shot.picture)
    const isPinned = found?.pinned?.id === shot.id
    const pin = useMutation({
        mutationFn: () => isPinned
            ? api.drop(`/panels/${encodeURIComponent(shot.panel_key)}/pin`, { shot_id: shot.id, window: shot.window.name })
            : api.put(`/panels/${encodeURIComponent(shot.panel_key)}/pin`, { shot_id: shot.id, window: shot.window.name }),
        onSuccess: () => { void cache.invalidateQueries({ queryKey: ['references'] }); toast({ text: t(isPinned ? 'review.unpinned' : 'review.pinnedNow') }) },
        onError: (e) => { const x = faultText(e); toast({ text: `${x.title} ${x.detail}`, kind: 'alert' }) },
    })
    return (
        <div className={s.compare}>
            <Menu
                label={t('review.chooseReference')} isOpen={isOpen} onOpenChange={onOpen}
                trigger={<Button small hint="r">{t('review.referenceIs', { kind: t(`review.ref.${kind}`) })}<ChevronDown size={13} aria-hidden="true" /></Button>}
                groups={[
                    { title: t('review.chooseReference'), entries: referenceKinds.map((k) => {
                        const x = found?.[k]
                        return { id: k, text: t(`review.ref.${k}`), note: x ? f.dateTime(x.window.to, zone) : t('review.refMissing'), isOn: k === kind, isDisabled: !x, onAction: () => onKind(k) }
                    }) },
                    ...(mayJudge && shot.picture ? [{ entries: [{ id: 'pin', text: t(isPinned ? 'review.unpin' : 'review.pin'), onAction: () => pin.mutate() }] }] : []),
                ]}
            />
            <Segments label={t('review.mode.label')} value={has ? mode : 'single'} onChange={onMode} options={modes.map((m) => ({ id: m, text: t(`review.mode.${m}`), isDisabled: !has && m !== 'single' }))} />
            <span className={s.hideSmall}><Kbd>d</Kbd></span>
            {!has && found && <span className="quiet small">{t('review.noReference')}</span>}
            <span className={s.zoom}>
                <IconButton small label={t('review.zoomOut')} hint="-" icon={<ZoomOut size={16} />} onPress={() => zoom.by(1 / 1.4)} />
                <IconButton small label={t('review.zoomReset')} hint="0" icon={<Maximize size={15} />} onPress={zoom.reset} />
                <IconButton small label={t('review.zoomIn')} hint="+" icon={<ZoomIn size={16} />} onPress={() => zoom.by(1.4)} />
            </span>
        </div>
    )
}
