/* The list of keys. */
import { useTranslation } from 'react-i18next'
import { Dialog } from '~/parts/dialog'
import { Kbd } from '~/parts/button'
import s from './bulk.module.css'

const list: [string, string[]][] = [
    ['next', ['j', '→']], ['previous', ['k', '←']], ['normal', ['n']], ['abnormal', ['a']], ['notApplicable', ['x']], ['undo', ['u']],
    ['comment', ['c']], ['compare', ['d']], ['reference', ['r']], ['window', ['1', '–', '9']], ['grid', ['g']], ['search', ['/']],
    ['select', ['s', '⇧ ↑↓']], ['zoom', ['+', '-', '0']], ['help', ['?']],
]

export function HelpDialog({ onClose }: { onClose: () => void }) {
    const { t } = useTranslation()
    return (
        <Dialog title={t('review.keys.title')} isOpen onClose={onClose} wide>
            <dl className={s.keys}>
                {list.map(([id, ks]) => (
                    <div key={id}><dt>{ks.map((k) => <Kbd key={k}>{k}</Kbd>)}<span className="sr">{ks.join(' ')}</span></dt><dd>{t(`review.keys.${id}`)}</dd></div>
                ))}
            </dl>
        </Dialog>
    )
}
