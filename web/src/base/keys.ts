/* Single-key commands. One listener in the capture phase; silent while somebody types, in dialogs and in menus. */
import { useEffect, useRef } from 'react'

/** A command that answers false leaves the key to the page. */
export type KeyMap = Record<string, (e: KeyboardEvent) => unknown>

const typing = 'input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable="true"]'
const arrowUsers = '[role="slider"], [role="radiogroup"], [role="toolbar"], [role="tablist"], input[type="range"]'
const layers = '[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]'

export function isTyping(target: EventTarget | null): boolean {
    return target instanceof Element && target.closest(typing) !== null
}

export function useKeys(map: KeyMap, isOn = true): void {
    const current = useRef(map)
    current.current = map
    useEffect(() => {
        if (!isOn) return undefined
        const onKey = (e: KeyboardEvent) => {
            if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || isTyping(e.target)) return
            if (e.key.startsWith('Arrow') && e.target instanceof Element && e.target.closest(arrowUsers)) return
            const run = current.current[e.shiftKey && e.key.length > 1 ? `Shift+${e.key}` : e.key]
            if (!run || document.querySelector(layers)) return
            if (run(e) === false) return
            e.preventDefault()
            e.stopPropagation()
        }
        addEventListener('keydown', onKey, true)
        return () => removeEventListener('keydown', onKey, true)
    }, [isOn])
}
