/* Who is signed in, and what they may do. */
import { useQuery } from '@tanstack/react-query'
import { ApiError, api, setCsrf } from './client'
import { keys } from './queries'
import type { Role, Session } from './types'

const ranks: Role[] = ['viewer', 'reviewer', 'editor', 'admin']

export function mayBe(role: Role | undefined, least: Role): boolean {
    return role !== undefined && ranks.indexOf(role) >= ranks.indexOf(least)
}

/** The session, or null when nobody is signed in. */
export const sessionQuery = {
    queryKey: keys.session,
    queryFn: async (): Promise<Session | null> => {
        try {
            const session = await api.own<Session>('GET', '/session')
            setCsrf(session.csrf_token)
            return session
        } catch (e) {
            if (e instanceof ApiError && e.status === 401) return null
            throw e
        }
    },
    staleTime: 5 * 60_000,
}

export function useSession() {
    return useQuery(sessionQuery)
}

export function useUser() {
    return useSession().data?.user ?? null
}

export function useMay(least: Role): boolean {
    return mayBe(useUser()?.role, least)
}
