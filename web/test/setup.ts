import { cleanup } from '@testing-library/react'
import { afterEach, vi } from 'vitest'

afterEach(cleanup)

if (!('matchMedia' in window)) {
    Object.defineProperty(window, 'matchMedia', {
        value: (query: string) => ({ matches: false, media: query, addEventListener: vi.fn(), removeEventListener: vi.fn() }),
    })
}
class Watch {
    observe = vi.fn()
    unobserve = vi.fn()
    disconnect = vi.fn()
}
Object.defineProperty(window, 'ResizeObserver', { value: Watch })
Element.prototype.scrollIntoView = vi.fn()
Object.defineProperty(globalThis, 'CSS', { value: { escape: (s: string) => s.replace(/["\\]/g, '\\$&') }, configurable: true })
