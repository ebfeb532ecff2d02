import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../src/api/client'
import { useDraft } from '../src/base/draft'
import { useKeys } from '../src/base/keys'
import en from '../src/i18n/en/index'
import { Dialog } from '../src/parts/dialog'
import { TextBox } from '../src/parts/field'
import { Fault } from '../src/parts/state'
import { AbnormalForm } from '../src/rooms/review/abnormal'

beforeAll(async () => {
    await i18next.use(initReactI18next).init({ lng: 'en', resources: { en: { translation: en } }, interpolation: { escapeValue: false }, showSupportNotice: false })
})

function Keys({ onN, withDialog }: { onN: () => void; withDialog?: boolean }) {
    useKeys({ n: onN })
    return (
        <>
            <button type="button">here</button>
            <textarea aria-label="box" />
            {withDialog && <Dialog title="Sure?" isOpen onClose={() => undefined}><button type="button">in</button></Dialog>}
        </>
    )
}

describe('keys', () => {
    it('work on the page, but not while somebody types', async () => {
        const onN = vi.fn()
        render(<Keys onN={onN} />)
        const user = userEvent.setup()
        await user.click(screen.getByText('here'))
        await user.keyboard('n')
        expect(onN).toHaveBeenCalledTimes(1)
        await user.click(screen.getByLabelText('box'))
        await user.keyboard('n{Control>}n{/Control}')
        expect(onN).toHaveBeenCalledTimes(1)
    })

    it('rest while a dialogue is open', async () => {
        const onN = vi.fn()
        render(<Keys onN={onN} withDialog />)
        await userEvent.keyboard('n')
        expect(onN).not.toHaveBeenCalled()
    })
})

function Note({ id }: { id: string }) {
    const draft = useDraft(`note.${id}`, '')
    return <><TextBox label="note" value={draft.value} onChange={draft.set} /><button type="button" onClick={() => draft.reset('')}>send</button></>
}

describe('what was typed', () => {
    it('is there again after a reload, and gone once sent', async () => {
        const user = userEvent.setup()
        const first = render(<Note id="1" />)
        await user.type(screen.getByLabelText('note'), 'half a sentence')
        first.unmount()
        const second = render(<Note id="1" />)
        expect(screen.getByLabelText<HTMLTextAreaElement>('note').value).toBe('half a sentence')
        await user.click(screen.getByText('send'))
        second.unmount()
        render(<Note id="1" />)
        expect(screen.getByLabelText<HTMLTextAreaElement>('note').value).toBe('')
    })

    it('belongs to its own subject', async () => {
        const { rerender } = render(<Note id="a" />)
        await userEvent.type(screen.getByLabelText('note'), 'about a')
        rerender(<Note id="b" />)
        expect(screen.getByLabelText<HTMLTextAreaElement>('note').value).toBe('')
    })
})

describe('an abnormal verdict', () => {
    it('asks for a word of explanation, and Enter saves it', async () => {
        const onSave = vi.fn()
        const user = userEvent.setup()
        render(<AbnormalForm draftKey="x" onSave={onSave} onClose={() => undefined} />)
        await user.keyboard('{Enter}')
        expect(onSave).not.toHaveBeenCalled()
        expect(screen.getByText(/needs a word/)).toBeTruthy()
        await user.keyboard('disk is full{Shift>}{Enter}{/Shift}since nine{Enter}')
        expect(onSave).toHaveBeenCalledWith({ comment: 'disk is full\nsince nine', category: 'fault', links: [] })
    })
})

describe('a fault', () => {
    it('says what failed, what the server said, and how to find it in the log', async () => {
        const onRetry = vi.fn()
        render(<Fault error={new ApiError(502, 'target', 'Grafana answered 504', 'k3j9')} onRetry={onRetry} />)
        expect(screen.getByRole('alert').textContent).toMatch(/Grafana did not answer properly.*Grafana answered 504.*k3j9/)
        await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
        expect(onRetry).toHaveBeenCalled()
    })

    it('offers no retry where only a right is missing', () => {
        render(<Fault error={new ApiError(403, 'forbidden', 'no')} onRetry={() => undefined} />)
        expect(screen.queryByRole('button')).toBeNull()
    })
})
