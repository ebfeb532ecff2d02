/* The round's reports, and the acts that are seldom needed. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Download, Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { api, url } from '~/api/client'
import { keys } from '~/api/queries'
import { useMay } from '~/api/session'
import type { Round, Verification } from '~/api/types'
import { sayFault } from '~/base/fault-words'
import { Button, IconButton } from '~/parts/button'
import { Confirm, Dialog } from '~/parts/dialog'
import { Field } from '~/parts/field'
import { Menu, type MenuEntry } from '~/parts/menu'
import { FaultNote, Note, useFaultText } from '~/parts/state'
import { toast } from '~/parts/toast'

const formats = ['html', 'pdf', 'xlsx', 'zip'] as const

export function ReportsMenu({ round }: { round: Round }) {
    const { t, i18n } = useTranslation()
    const entries: MenuEntry[] = formats.map((format) => ({
        id: format, text: t(`review.report.${format}`), note: t(`review.report.${format}Note`), download: true,
        href: url(`/rounds/${round.id}/report`, { format, language: i18n.language }),
    }))
    entries.push({ id: 'sheet', text: t('review.report.sheet'), note: t('review.report.sheetNote'), download: true, href: url(`/rounds/${round.id}/contact-sheet`) })
    return <Menu label={t('review.report.label')} trigger={<Button icon={<Download size={15} />}>{t('review.report.label')}</Button>} groups={[{ entries }]} />
}

function VerifyDialog({ round, onClose }: { round: Round; onClose: () => void }) {
    const { t } = useTranslation()
    const verify = useMutation({ mutationFn: () => api.post<Verification>(`/rounds/${round.id}/verify`) })
    const r = verify.data
    return (
        <Dialog
            title={t('review.verifyTitle')} isOpen onClose={onClose}
            actions={<Button kind="primary" isDisabled={verify.isPending} onPress={() => verify.mutate()}>{verify.isPending ? t('review.verifying') : t('review.verifyAct')}</Button>}
        >
            <p className="quiet">{t('review.verifyText')}</p>
            {verify.isError && <FaultNote error={verify.error} />}
            {r && <Note kind={r.ok ? 'info' : 'alert'}>{t(r.ok ? 'review.verifyOk' : 'review.verifyBad', r.checked)}</Note>}
            {r && r.faults.length > 0 && <ul>{r.faults.map((x, i) => <li key={i}>{sayFault(x.text)}</li>)}</ul>}
        </Dialog>
    )
}

function HoldDialog({ round, onClose }: { round: Round; onClose: () => void }) {
    const { t } = useTranslation()
    const cache = useQueryClient()
    const isHeld = Boolean(round.legal_hold)
    const [reason, setReason] = useState('')
    const hold = useMutation({
        mutationFn: () => api.put(`/rounds/${round.id}/legal-hold`, { held: !isHeld, reason: reason.trim() }),
        onSuccess: () => { void cache.invalidateQueries({ queryKey: keys.round(round.id) }); toast({ text: t(isHeld ? 'review.holdOff' : 'review.holdOn') }); onClose() },
    })
    return (
        <Dialog
            title={t(isHeld ? 'review.holdEnd' : 'review.hold')} isOpen onClose={onClose}
            actions={<><Button onPress={onClose}>{t('common.cancel')}</Button><Button kind="primary" isDisabled={!reason.trim() || hold.isPending} onPress={() => hold.mutate()}>{t('common.save')}</Button></>}
        >
            <p className="quiet">{t('review.holdText')}</p>
            <Field label={t('review.reason')} value={reason} onChange={setReason} isRequired />
            {hold.isError && <FaultNote error={hold.error} />}
        </Dialog>
    )
}

export function MoreMenu({ round, mayJudge }: { round: Round; mayJudge: boolean }) {
    const { t } = useTranslation()
    const [, go] = useLocation()
    const cache = useQueryClient()
    const faultText = useFaultText()
    const mayEdit = useMay('editor')
    const mayAdmin = useMay('admin')
    const [open, setOpen] = useState<'verify' | 'hold' | 'cancel' | null>(null)
    const act = useMutation({
        mutationFn: (path: string) => api.post(path),
        onSuccess: () => { void cache.invalidateQueries({ queryKey: keys.round(round.id) }); void cache.invalidateQueries({ queryKey: keys.shots(round.id) }); setOpen(null) },
        onError: (e) => { const x = faultText(e); toast({ text: `${x.title} ${x.detail}`, kind: 'alert' }); setOpen(null) },
    })
    const isRunning = round.state === 'running' || round.state === 'waiting'
    const entries: MenuEntry[] = [
        { id: 'retry', text: t('review.retryFailed'), isDisabled: !mayJudge || round.failed === 0, onAction: () => act.mutate(`/rounds/${round.id}/retry-failed`) },
        { id: 'plan', text: t('review.openPlan'), onAction: () => go(`/plans/${round.plan_id}`) },
        { id: 'verify', text: t('review.verify'), onAction: () => setOpen('verify') },
    ]
    if (isRunning && mayEdit) entries.push({ id: 'cancel', text: t('review.cancel'), onAction: () => setOpen('cancel') })
    if (mayAdmin) entries.push({ id: 'hold', text: t(round.legal_hold ? 'review.holdEnd' : 'review.hold'), onAction: () => setOpen('hold') })
    return (
        <>
            <Menu label={t('common.more')} trigger={<IconButton kind="plain" label={t('common.more')} icon={<Ellipsis size={16} />} />} groups={[{ entries }]} />
            {open === 'verify' && <VerifyDialog round={round} onClose={() => setOpen(null)} />}
            {open === 'hold' && <HoldDialog round={round} onClose={() => setOpen(null)} />}
            <Confirm
                isOpen={open === 'cancel'} title={t('review.cancelTitle')} text={t('review.cancelText')} action={t('review.cancel')} isBusy={act.isPending}
                onClose={() => setOpen(null)} onConfirm={() => act.mutate(`/rounds/${round.id}/cancel`)}
            />
        </>
    )
}
