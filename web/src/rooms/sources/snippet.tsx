/* What to put into that Grafana's grafana.ini so that it uses this service as its renderer. */
import { useQuery } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import { Button } from '~/parts/button'
import { copyText } from '~/parts/copy'
import { Bone, FaultNote } from '~/parts/state'
import s from './sources.module.css'

export function Snippet({ id }: { id: string }) {
    const { t } = useTranslation()
    const ini = useQuery({ queryKey: ['grafana-ini', id], queryFn: () => api.get<{ snippet: string }>(`/sources/${id}/grafana-ini`) })
    return (
        <section className={s.panel}>
            <h2>{t('sources.ini')}</h2>
            <p className="quiet small">{t('sources.iniText')}</p>
            {ini.isPending && <Bone height={90} />}
            {ini.isError && <FaultNote error={ini.error} />}
            {ini.data && (
                <>
                    <pre className={s.snippet} tabIndex={0} aria-label={t('sources.ini')}>{ini.data.snippet}</pre>
                    <div className={s.acts}><Button small icon={<Copy size={14} />} onPress={() => copyText(ini.data.snippet, t('common.copied'))}>{t('common.copy')}</Button></div>
                </>
            )}
        </section>
    )
}
