/* Beside the picture: why to look at it first, the numbers behind it, what people have said. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { Bug, Download, MessageSquarePlus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { all, api, ApiError, send, url } from '~/api/client'
import { keys } from '~/api/queries'
import { useMay } from '~/api/session'
import type { Finding, Shot, ShotData, Verdict } from '~/api/types'
import { useFormat, type Format } from '~/base/format'
import { Button, ButtonLink } from '~/parts/button'
import { FindingIcon, VerdictMark } from '~/parts/mark'
import { Bone, useFaultText } from '~/parts/state'
import { toast } from '~/parts/toast'
import { MaskButton } from '../masks/mask-button'
import { findingText } from '../words'
import { EarlierTakes } from './takes'
import s from './side.module.css'

const KnownIssueDialog = lazy(() => import('./known-issue')) // it brings the date picker

/** The finding's words carry its figures; what they cannot carry is when it was, in the round's own zone. */
function whenText(finding: Finding, f: Format, zone: string): string {
    const at = finding.evidence?.at
    if (typeof at !== 'number' && typeof at !== 'string') return ''
    return f.dateTime(typeof at === 'number' ? new Date(at).toISOString() : at, zone)
}

function Findings({ shot, zone }: { shot: Shot; zone: string }) {
    const { t } = useTranslation()
    const f = useFormat()
    return (
        <section>
            <h2>{t('review.why')}</h2>
            {shot.findings.length === 0 && <p className="quiet small">{shot.change ? t('review.nothingFound') : t('review.noFindings')}</p>}
            <ul className={s.findings}>
                {shot.findings.map((x, i) => {
                    const when = whenText(x, f, zone)
                    return (
                        <li key={i} className={s.finding}>
                            <FindingIcon finding={x} />
                            <span>{findingText(x, f.language)}{when && <span className={s.evidence}>{when}</span>}</span>
                        </li>
                    )
                })}
            </ul>
        </section>
    )
}

export function dataQuery(shotId: string) {
    return { queryKey: keys.data(shotId), queryFn: () => api.get<ShotData>(`/shots/${shotId}/data`), staleTime: Infinity, gcTime: 60_000 }
}

/** What Grafana answered to the page, word for word. Not every shot has it, so it is fetched first: a link would save an error. */
function RawAnswers({ shot }: { shot: Shot }) {
    const { t } = useTranslation()
    const faultText = useFaultText()
    const save = useMutation({
        mutationFn: async () => (await send('GET', `/shots/${shot.id}/frames`)).blob(),
        onSuccess: (answers) => {
            const a = document.createElement('a')
            a.href = URL.createObjectURL(answers)
            a.download = `answers-${shot.id}.json`
            a.click()
            setTimeout(() => URL.revokeObjectURL(a.href), 10_000)
        },
        onError: (e) => {
            if (e instanceof ApiError && (e.status === 404 || e.status === 410)) return toast({ text: t('review.answersNone') })
            const x = faultText(e)
            toast({ text: `${x.title} ${x.detail}`, kind: 'alert' })
        },
    })
    return <Button small kind="quiet" icon={<Download size={13} />} isDisabled={save.isPending} onPress={() => save.mutate()}>{t('review.answers')}</Button>
}

function Numbers({ shot }: { shot: Shot }) {
    const { t } = useTranslation()
    const f = useFormat()
    const data = useQuery({ ...dataQuery(shot.id), enabled: shot.has_data })
    return (
        <section>
            <h2>
                {t('review.numbers')}
                {shot.has_data && (
                    <span className={s.take}>
                        <a href={url(`/shots/${shot.id}/data.csv`)} download className="nowrap"><Download size={13} aria-hidden="true" /> CSV</a>
                        <RawAnswers shot={shot} />
                    </span>
                )}
            </h2>
            {!shot.has_data && <p className="quiet small">{t('review.noNumbers')}</p>}
            {shot.has_data && data.isPending && <Bone height={70} />}
            {data.isError && <p className="quiet small">{t('review.numbersFault')} <Button small kind="quiet" onPress={() => void data.refetch()}>{t('common.retry')}</Button></p>}
            {data.data && (
                <div className={s.numbers} tabIndex={0} role="region" aria-label={t('review.numbers')}>
                    <table>
                        <thead><tr><th scope="col">{t('review.series')}</th>{(['last', 'min', 'max', 'mean'] as const).map((k) => <th key={k} scope="col">{t(`review.stat.${k}`)}</th>)}</tr></thead>
                        <tbody>
                            {data.data.series.map((x, i) => (
                                <tr key={i}>
                                    <td title={x.name}>{x.name}</td>
                                    {(['last', 'min', 'max', 'mean'] as const).map((k) => <td key={k}>{f.compact(x[k])}</td>)}
                                </tr>
                            ))}
                        </tbody>
                    </table>
                </div>
            )}
            {data.data && shot.data_note && shot.data_note !== 'complete' && <p className="quiet small">{t(`review.dataNote.${shot.data_note}`)}</p>}
        </section>
    )
}

function Entry({ verdict }: { verdict: Verdict }) {
    const { t } = useTranslation()
    const f = useFormat()
    return (
        <li className={s.entry}>
            <div className={s.by}>
                <VerdictMark value={verdict.value} size={13} />
                <span>{verdict.by.display_name}</span>
                <time dateTime={verdict.at}>{f.dateTime(verdict.at)}</time>
                {verdict.how === 'bulk' && <span>{t('review.inBulk')}</span>}
            </div>
            {verdict.comment && <p>{verdict.comment}</p>}
            {verdict.links?.map((l) => <a key={l} href={l} target="_blank" rel="noreferrer">{l}</a>)}
        </li>
    )
}

function Thread({ shot, mayJudge, onComment }: { shot: Shot; mayJudge: boolean; onComment: () => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const [isMarking, setMarking] = useState(false)
    const verdicts = useQuery({ queryKey: keys.verdicts(shot.id), queryFn: () => all<Verdict>(`/shots/${shot.id}/verdicts`), enabled: shot.verdict_version > 0, staleTime: 60_000 })
    const list = [...(verdicts.data ?? [])].sort((a, b) => b.seq - a.seq)
    const issue = shot.known_issue
    return (
        <section>
            <h2>{t('review.thread')}{mayJudge && <Button small kind="quiet" hint="c" icon={<MessageSquarePlus size={14} />} onPress={onComment}>{t('review.comment')}</Button>}</h2>
            <div className={s.thread}>
                {issue && (
                    <div className={s.issue}>
                        <span className={s.by}><Bug size={14} aria-hidden="true" /><strong>{t('review.knownIssue')}</strong>{issue.expires_at && <span>{t('review.until', { date: f.date(issue.expires_at) })}</span>}</span>
                        <span>{issue.comment}</span>
                        {issue.link && <a href={issue.link} target="_blank" rel="noreferrer">{issue.link}</a>}
                        {mayJudge && <span className={s.acts}><Button small kind="quiet" onPress={() => setMarking(true)}>{t('common.edit')}</Button></span>}
                    </div>
                )}
                <ul className={s.thread}>{list.map((v) => <Entry key={v.seq} verdict={v} />)}</ul>
                {!list.length && !issue && <p className="quiet small">{t('review.noComments')}</p>}
                {!issue && mayJudge && <span className={s.acts}><Button small kind="quiet" icon={<Bug size={14} />} onPress={() => setMarking(true)}>{t('review.markKnown')}</Button></span>}
            </div>
            {isMarking && <Suspense fallback={null}><KnownIssueDialog panelKey={shot.panel_key} issue={shot.known_issue} onClose={() => setMarking(false)} /></Suspense>}
        </section>
    )
}

export function Side({ shot, zone, mayJudge, onComment }: { shot: Shot; zone: string; mayJudge: boolean; onComment: () => void }) {
    const { t } = useTranslation()
    const mayMask = useMay('reviewer')
    const f = useFormat()
    const stages = shot.stages
    return (
        <aside className={s.side} aria-label={t('review.aside')}>
            <Findings shot={shot} zone={zone} />
            <Numbers shot={shot} />
            <Thread key={shot.id} shot={shot} mayJudge={mayJudge} onComment={onComment} />
            <section>
                <h2>{t('review.about')}</h2>
                <p className="quiet small">
                    {[shot.source.name, shot.panel.type, shot.attempts > 1 ? t('review.attempts', { count: shot.attempts }) : null,
                        stages?.ready_ms ? t('review.took', { time: f.duration((stages.navigate_ms ?? 0) + stages.ready_ms + (stages.capture_ms ?? 0)) }) : null,
                        shot.picture ? `${shot.picture.width} × ${shot.picture.height}, ${f.bytes(shot.picture.bytes)}` : null].filter(Boolean).join(' · ')}
                </p>
                <EarlierTakes shot={shot} />
                <div className={s.acts}><ButtonLink small kind="quiet" href={`/history?panel=${encodeURIComponent(shot.panel_key)}&window=${encodeURIComponent(shot.window.name)}&title=${encodeURIComponent(shot.panel.title)}`}>{t('review.history')}</ButtonLink><MaskButton shot={shot} mayEdit={mayMask} />{shot.live_url && <span className={s.onlySmall}><ButtonLink outside small kind="quiet" href={shot.live_url}>{t('review.openLive')} ↗</ButtonLink></span>}</div>
            </section>
        </aside>
    )
}
