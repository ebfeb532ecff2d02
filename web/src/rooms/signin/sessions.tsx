/* Where a person is signed in, and ending that: one's own (from the account menu), or anybody's for an admin. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { all, api } from '~/api/client'
import { keys } from '~/api/queries'
import type { SignedIn } from '~/api/types'
import { browserOf } from '~/base/agent'
import { useFormat } from '~/base/format'
import { Button } from '~/parts/button'
import { Dialog } from '~/parts/dialog'
import { Badge } from '~/parts/mark'
import { Table } from '~/parts/page'
import { Fault, FaultNote, Loading } from '~/parts/state'

/** userId null: one's own. */
export function SessionsDialog({ userId, name, onClose }: { userId: string | null; name?: string; onClose: () => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const cache = useQueryClient()
    const path = userId === null ? '/sessions' : `/users/${userId}/sessions`
    const key = keys.sessions(userId)
    const sessions = useQuery({ queryKey: key, queryFn: () => all<SignedIn>(path), staleTime: 0 })
    const end = useMutation({
        mutationFn: (id: string | null) => api.drop(id === null ? path : `${path}/${id}`),
        onSettled: () => cache.invalidateQueries({ queryKey: key }),
    })
    const others = sessions.data?.filter((x) => !x.current) ?? []
    return (
        <Dialog
            title={userId === null ? t('session.sessions') : t('session.sessionsOf', { name })} isOpen onClose={onClose} wide
            actions={<>
                <Button kind="danger" isDisabled={others.length === 0 || end.isPending} onPress={() => end.mutate(null)}>{t(userId === null ? 'session.endOthers' : 'session.endAll')}</Button>
                <Button kind="primary" onPress={onClose}>{t('common.close')}</Button>
            </>}
        >
            {end.isError && <FaultNote error={end.error} />}
            {sessions.isError && !sessions.data && <Fault error={sessions.error} onRetry={() => void sessions.refetch()} />}
            {sessions.isPending && <Loading rows={2} />}
            {sessions.data?.length === 0 && <p className="quiet">{t('session.noSessions')}</p>}
            {sessions.data && sessions.data.length > 0 && (
                <Table
                    label={t('session.sessions')} rows={sessions.data} rowKey={(x) => x.id}
                    columns={[
                        { id: 'with', head: t('session.browser'), cell: (x) => <span title={x.agent}>{browserOf(x.agent) || '–'} {x.current && <Badge>{t('session.here')}</Badge>}</span> },
                        { id: 'from', head: t('session.address'), cell: (x) => <span className="mono">{x.address || '–'}</span> },
                        { id: 'since', head: t('session.since'), cell: (x) => f.dateTime(x.created_at) },
                        { id: 'seen', head: t('session.seen'), cell: (x) => f.ago(x.last_seen_at) },
                        { id: 'end', head: t('session.end'), hideHead: true, cell: (x) => (x.current ? null
                            : <Button small isDisabled={end.isPending} onPress={() => end.mutate(x.id)}>{t('session.end')}</Button>) },
                    ]}
                />
            )}
        </Dialog>
    )
}
