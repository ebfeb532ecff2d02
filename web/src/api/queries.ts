/* The query cache, its rules, and the keys under which things are kept. */
import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './client'

export const queries = new QueryClient({
    defaultOptions: {
        queries: {
            staleTime: 15_000,
            retry: (count, error) => error instanceof ApiError && (error.isOffline || error.status >= 502) && count < 2,
            refetchOnWindowFocus: true,
            networkMode: 'always',
        },
        mutations: { networkMode: 'always' },
    },
})

export const keys = {
    session: ['session'] as const,
    people: ['people'] as const,
    today: ['today'] as const,
    round: (id: string) => ['round', id] as const,
    shots: (roundId: string) => ['shots', roundId] as const,
    verdicts: (shotId: string) => ['verdicts', shotId] as const,
    takes: (shotId: string, version: number) => ['takes', shotId, version] as const,
    data: (shotId: string) => ['data', shotId] as const,
    references: (shotId: string) => ['references', shotId] as const,
    history: (panel: string, window: number) => ['history', panel, window] as const,
    masks: (panel: string) => ['masks', panel] as const,
    issues: ['known-issues'] as const,
    plans: ['plans'] as const,
    plan: (id: string) => ['plan', id] as const,
    sources: ['sources'] as const,
    variables: (source: string, dashboard: string) => ['variables', source, dashboard] as const,
    source: (id: string) => ['source', id] as const,
    users: ['users'] as const,
    sessions: (user: string | null) => ['sessions', user] as const,
    tokens: ['tokens'] as const,
    system: ['system'] as const,
    channels: ['channels'] as const,
}
