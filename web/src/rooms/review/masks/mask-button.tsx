/* The way to the areas that comparisons of a panel leave out; the board itself is fetched when it is wanted. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import { keys } from '~/api/queries'
import type { Mask, Shot } from '~/api/types'
import { Button } from '~/parts/button'

const MaskDialog = lazy(() => import('./mask-dialog'))

export function masksQuery(panel: string) {
    return {
        queryKey: keys.masks(panel), staleTime: 60_000,
        queryFn: () => api.get<{ masks: Mask[] }>(`/panels/${encodeURIComponent(panel)}/masks`).then((x) => x.masks),
    }
}

/** Says how many there are. */
export function MaskButton({ shot, mayEdit }: { shot: Shot; mayEdit: boolean }) {
    const { t } = useTranslation()
    const [isOpen, setOpen] = useState(false)
    const kept = useQuery({ ...masksQuery(shot.panel_key), enabled: shot.picture !== null })
    if (!shot.picture) return null
    const n = kept.data?.length ?? 0
    return (
        <>
            <Button small kind="quiet" onPress={() => setOpen(true)}>{n > 0 ? t('review.masks.openSome', { count: n }) : t('review.masks.open')}</Button>
            {isOpen && <Suspense fallback={null}><MaskDialog shot={shot} mayEdit={mayEdit} onClose={() => setOpen(false)} /></Suspense>}
        </>
    )
}
