/* Plans from a file: first what would change, then the change. Any fault refuses the whole. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import { keys } from '~/api/queries'
import { useFormat } from '~/base/format'
import { Button } from '~/parts/button'
import { Dialog } from '~/parts/dialog'
import { TextBox } from '~/parts/field'
import { Facts } from '~/parts/page'
import { FaultNote } from '~/parts/state'
import { toast } from '~/parts/toast'

interface Outcome {
    created: string[]
    changed: { name: string; differences: string[] }[]
    unchanged: string[]
}

export function ImportDialog({ onClose }: { onClose: () => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const cache = useQueryClient()
    const [text, setText] = useState('')
    const names = (list: string[]) => (list.length ? f.list(list) : '–')
    const check = useMutation({ mutationFn: () => api.text<Outcome>('POST', '/plans/import', text, { dry_run: true }) })
    const apply = useMutation({
        mutationFn: () => api.text<Outcome>('POST', '/plans/import', text),
        onSuccess: () => { void cache.invalidateQueries({ queryKey: keys.plans }); void cache.invalidateQueries({ queryKey: keys.today }); toast({ text: t('plans.imported') }); onClose() },
    })
    const read = (file: File | undefined) => { if (file) void file.text().then((x) => { setText(x); check.reset() }) }
    return (
        <Dialog
            wide isOpen onClose={onClose} title={t('plans.import')}
            actions={<>
                <Button onPress={onClose}>{t('common.cancel')}</Button>
                <Button isDisabled={!text.trim() || check.isPending} onPress={() => check.mutate()}>{t('plans.importCheck')}</Button>
                <Button kind="primary" isDisabled={!check.data || apply.isPending} onPress={() => apply.mutate()}>{t('plans.importApply')}</Button>
            </>}
        >
            <p className="quiet">{t('plans.importText')}</p>
            <input type="file" accept=".yaml,.yml,.json" aria-label={t('plans.importFile')} onChange={(e) => read(e.target.files?.[0])} />
            <TextBox label={t('plans.importBody')} mono rows={10} value={text} onChange={(v) => { setText(v); check.reset() }} />
            {(check.isError || apply.isError) && <FaultNote error={apply.error ?? check.error} />}
            {check.data && <Facts items={[[t('plans.created'), names(check.data.created)], [t('plans.changed'), check.data.changed.length ? <ul>{check.data.changed.map((x) => <li key={x.name}>{x.name}<p className="quiet small">{x.differences.join('; ')}</p></li>)}</ul> : '–'], [t('plans.unchanged'), names(check.data.unchanged)]]} />}
        </Dialog>
    )
}
