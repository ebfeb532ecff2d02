/* Shots for unit tests: those of the development server's round. */
import type { Shot, User } from '../src/api/types'
import { shotsOf, users } from '../dev/mock/state'

export function someShots(): Shot[] {
    return structuredClone(shotsOf('r0').map((s) => ({ ...s, verdict: null, verdict_version: 0 })))
}

export const me: User = users[0]!
