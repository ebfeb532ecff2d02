/* Modal dialogs: focus goes in, stays in, and comes back; Escape closes unless the dialog says no. */
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { cx } from '~/base/cx'
import { Button, IconButton } from './button'
import s from './dialog.module.css'

export interface DialogProps {
    title: string
    isOpen: boolean
    onClose?: () => void
    children: ReactNode
    actions?: ReactNode
    wide?: boolean
    role?: 'dialog' | 'alertdialog'
}

export function Dialog({ title, isOpen, onClose, children, actions, wide, role = 'dialog' }: DialogProps) {
    const { t } = useTranslation()
    return (
        <ModalOverlay
            className={s.scrim!} isOpen={isOpen} isDismissable={false} isKeyboardDismissDisabled={!onClose}
            onOpenChange={(open) => { if (!open) onClose?.() }}
        >
            <Modal className={cx(s.modal, wide && s.wide)}>
                <AriaDialog className={s.box!} role={role}>
                    <div className={s.head}>
                        <Heading slot="title" level={2}>{title}</Heading>
                        {onClose && <IconButton label={t('common.close')} icon={<X size={16} />} onPress={onClose} hint="Esc" />}
                    </div>
                    <div className={s.body}>{children}</div>
                    {actions && <div className={s.foot}>{actions}</div>}
                </AriaDialog>
            </Modal>
        </ModalOverlay>
    )
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, text, action, isOpen, isBusy, onClose, onConfirm }: {
    title: string; text: ReactNode; action: string; isOpen: boolean; isBusy?: boolean; onClose: () => void; onConfirm: () => void
}) {
    const { t } = useTranslation()
    return (
        <Dialog
            title={title} isOpen={isOpen} onClose={onClose} role="alertdialog"
            actions={<>
                <Button onPress={onClose} autoFocus>{t('common.cancel')}</Button>
                <Button kind="danger" isDisabled={isBusy ?? false} onPress={onConfirm}>{action}</Button>
            </>}
        >
            <div>{text}</div>
        </Dialog>
    )
}
