/* On a phone: swipe right is normal, left is abnormal. Only sideways, only with one finger, only when nothing is zoomed. */
import { useState } from 'react'

const enough = 80

export interface Swipe {
    hint: 'normal' | 'abnormal' | null
    handlers: {
        onTouchStart: (e: React.TouchEvent) => void
        onTouchMove: (e: React.TouchEvent) => void
        onTouchEnd: () => void
        onTouchCancel: () => void
    }
}

export function useSwipe(isOn: () => boolean, onSwipe: (to: 'normal' | 'abnormal') => void): Swipe {
    const [start, setStart] = useState<{ x: number; y: number } | null>(null)
    const [hint, setHint] = useState<Swipe['hint']>(null)
    const clear = () => {
        setStart(null)
        setHint(null)
    }
    return {
        hint,
        handlers: {
            onTouchStart: (e) => {
                const touch = e.touches[0]
                setStart(e.touches.length === 1 && touch && isOn() ? { x: touch.clientX, y: touch.clientY } : null)
            },
            onTouchMove: (e) => {
                const touch = e.touches[0]
                if (!start || !touch || e.touches.length > 1) return clear()
                const dx = touch.clientX - start.x
                const sideways = Math.abs(dx) > 1.6 * Math.abs(touch.clientY - start.y)
                setHint(sideways && dx > enough ? 'normal' : sideways && dx < -enough ? 'abnormal' : null)
            },
            onTouchEnd: () => {
                const to = hint
                clear()
                if (to) onSwipe(to)
            },
            onTouchCancel: clear,
        },
    }
}
