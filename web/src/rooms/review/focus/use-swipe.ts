/* On a phone: swipe right is normal, left is abnormal. Only sideways, only with one finger, only when nothing is zoomed. */
import { useState } from 'react'

const enough = 80

export interface Swipe {
    hint: 'normal' | 'abnormal' | null
    handlers: {
        onTouchStart: (e: React.TouchEvent) => void
        onTouchMove: (e: React.TouchEvent) => void
        onTouchEnd: (e: React.TouchEvent) => void
        onTouchCancel: () => void
    }
}

interface At { x: number; y: number }

function meant(from: At, touch: React.Touch): Swipe['hint'] {
    const dx = touch.clientX - from.x
    if (Math.abs(dx) <= enough || Math.abs(dx) <= 1.6 * Math.abs(touch.clientY - from.y)) return null
    return dx > 0 ? 'normal' : 'abnormal'
}

export function useSwipe(isOn: () => boolean, onSwipe: (to: 'normal' | 'abnormal') => void): Swipe {
    const [start, setStart] = useState<At | null>(null)
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
                setHint(meant(start, touch))
            },
            onTouchEnd: (e) => {
                const touch = e.changedTouches[0]
                const to = start && touch ? meant(start, touch) : null // the hint may not be rendered yet
                clear()
                if (to) onSwipe(to)
            },
            onTouchCancel: clear,
        },
    }
}
