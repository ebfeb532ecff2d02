/* What else can be done with a plan: pause, duplicate, export, older versions, delete. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { all, api, url } from '~/api/client'
import { keys } from '~/api/queries'
import type { Plan } from '~/api/types'
import { writeDraft } from '~/base/draft'
import { useFormat } from '~/base/format'
import { Button, IconButton } from '~/parts/button'
import { Confirm, Dialog } from '~/parts/dialog'
import { Menu } from '~/parts/menu'
import { Table } from '~/parts/page'
import { FaultNote, Loading, useFaultText } from '~/parts/state'
import { toast } from '~/parts/toast'

function Versions({ plan, onClose }: { plan: Plan; onClose: () => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const versions = useQuery({ queryKey: ['plan-versions', plan.id], queryFn: () => all<Plan>(`/plans/${plan.id}/versions`) })
    const take = async (version: number) => {
        const old = await api.get<Plan>(`/plans/${plan.id}/versions/${version}`)
        writeDraft(`plan.${plan.id}`, old.spec)
        location.reload()
    }
    return (
        <Dialog title={t('plans.versions')} isOpen onClose={onClose} wide>
            <p className="quiet">{t('plans.versionsText')}</p>
            {versions.isPending && <Loading rows={3} />}
            {versions.isError && <FaultNote error={versions.error} />}
            {versions.data && (
                <Table
                    label={t('plans.versions')} rows={versions.data} rowKey={(v) => String(v.version)}
                    columns={[
                        { id: 'n', head: t('plans.versionNumber'), isNumber: true, cell: (v) => v.version },
                        { id: 'at', head: t('plans.changedAt'), cell: (v) => f.dateTime(v.updated_at ?? v.created_at) },
                        { id: 'by', head: t('plans.changedBy'), cell: (v) => (typeof v.updated_by === 'string' ? v.updated_by : (v.updated_by?.display_name ?? '–')) },
                        { id: 'act', head: t('common.more'), hideHead: true, cell: (v) => (v.version === plan.version ? t('plans.current') : <Button small onPress={() => void take(v.version)}>{t('plans.takeVersion')}</Button>) },
                    ]}
                />
            )}
        </Dialog>
    )
}

export function PlanMenu({ plan }: { plan: Plan }) {
    const { t } = useTranslation()
    const [, go] = useLocation()
    const cache = useQueryClient()
    const faultText = useFaultText()
    const [open, setOpen] = useState<'versions' | 'drop' | null>(null)
    const fresh = () => {
        void cache.invalidateQueries({ queryKey: keys.plans })
        void cache.invalidateQueries({ queryKey: keys.today })
        void cache.invalidateQueries({ queryKey: keys.plan(plan.id) })
    }
    const onError = (e: unknown) => { const x = faultText(e); toast({ text: `${x.title} ${x.detail}`, kind: 'alert' }) }
    const pause = useMutation({ mutationFn: () => api.post(`/plans/${plan.id}/pause`, { paused: !plan.paused }), onSuccess: fresh, onError })
    const copy = useMutation({ mutationFn: () => api.post<Plan>(`/plans/${plan.id}/duplicate`), onSuccess: (p) => { fresh(); go(`/plans/${p.id}`) }, onError })
    const drop = useMutation({ mutationFn: () => api.drop(`/plans/${plan.id}`), onSuccess: () => { fresh(); go('/plans') }, onError, onSettled: () => setOpen(null) })
    return (
        <>
            <Menu
                label={t('common.more')} trigger={<IconButton kind="plain" label={t('common.more')} icon={<Ellipsis size={16} />} />}
                groups={[{ entries: [
                    { id: 'pause', text: t(plan.paused ? 'plans.resume' : 'plans.pause'), onAction: () => pause.mutate() },
                    { id: 'copy', text: t('plans.duplicate'), onAction: () => copy.mutate() },
                    { id: 'versions', text: t('plans.versions'), onAction: () => setOpen('versions') },
                    { id: 'export', text: t('plans.export'), download: true, href: url('/plans/export', { format: 'yaml', id: plan.id }) },
                ] }, { entries: [{ id: 'drop', text: t('common.delete'), onAction: () => setOpen('drop') }] }]}
            />
            {open === 'versions' && <Versions plan={plan} onClose={() => setOpen(null)} />}
            <Confirm isOpen={open === 'drop'} title={t('plans.dropTitle', { name: plan.name })} text={t('plans.dropText')} action={t('common.delete')} isBusy={drop.isPending} onClose={() => setOpen(null)} onConfirm={() => drop.mutate()} />
        </>
    )
}
