/* A secret that is shown once. */
import { Copy } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '~/parts/button'
import { copyText } from '~/parts/copy'
import s from './people.module.css'

export function Secret({ text }: { text: string }) {
    const { t } = useTranslation()
    return <div className={s.secret}><span>{text}</span><IconButton small label={t('common.copy')} icon={<Copy size={15} />} onPress={() => copyText(text, t('common.copied'))} /></div>
}
