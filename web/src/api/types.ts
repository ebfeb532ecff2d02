/* The shapes of docs/api/README.md, as the server answers them. Times are RFC 3339 texts in UTC. */

export type Role = 'viewer' | 'reviewer' | 'editor' | 'admin'
export type Language = 'zh-CN' | 'en'
export type Theme = 'light' | 'dark'
export type Both = Record<Language, string>

export interface List<T> {
    items: T[]
    next: string | null
}

export interface User {
    id: string
    name: string
    display_name: string
    role: Role
    language: Language | 'auto'
    theme: Theme | 'auto'
    source_ids: string[] | null
    disabled: boolean
    created_at: string
    last_seen_at: string | null
    version: number
}

/** A session as a list shows it; `current` is the one that asked. */
export interface SignedIn {
    id: string
    address: string
    agent: string
    created_at: string
    last_seen_at: string
    expires_at: string
    current: boolean
}

export interface Session {
    user: User
    csrf_token: string
    expires_at: string
    must_change_password: boolean
}

export interface Person {
    id: string
    display_name: string
    role: Role
}

/** What a token's role is narrowed to; none: all of the role. */
export type Scope = 'read' | 'rounds' | 'render'

export interface Token {
    id: string
    name: string
    role: Role
    scopes?: Scope[]
    created_at?: string
    expires_at: string | null
    last_used_at?: string | null
}

export interface AuditItem {
    seq: number
    at: string
    actor: string
    action: string
    object: string
    detail: unknown
    hash: string
}

export type CredentialKind = 'none' | 'token' | 'basic' | 'jwt' | 'own_issuer'

export interface Credential {
    kind: CredentialKind
    user?: string
    header?: string
    subject?: string
    role?: string
    has_secret?: boolean
    secret?: string
}

export interface Source {
    id: string
    name: string
    url: string
    org_id: number
    credential: Credential
    ca_pem?: string | null
    extra_origins: string[]
    max_parallel: number
    quiet_hours?: QuietHours | null
    /** It is quiet now, until then. */
    quiet_until?: string | null
    grafana_version?: string | null
    last_test?: SourceTest | null
    version: number
}

export interface QuietHours {
    timezone: string
    hours: { from: string; to: string }[]
}

export interface Hop {
    id: string
    state: 'ok' | 'warn' | 'fail' | 'skip'
    title: Both
    detail: Both
    mend: Both | null
}

export interface SourceTest {
    ok: boolean
    version?: string | null
    organisation?: string | null
    rights?: string | null
    clock_skew_ms?: number | null
    certificate_days_left?: number | null
    hops: Hop[]
    at?: string
}

export interface Folder {
    uid: string
    title: string
    parent_uid: string | null
}

export interface DashboardRef {
    uid: string
    title: string
    folder_uid: string | null
    folder_title: string | null
    tags: string[]
    url: string
}

export interface DashboardVariable {
    name: string
    label: string | null
    type: string
    multi: boolean
    include_all: boolean
    current: string[]
    values: { text: string; value: string }[]
}

/** What a variable can be set to now, as its page in a browser knows it. */
export interface OfferedVariable extends DashboardVariable {
    known_from: 'dashboard' | 'server' | 'browser'
    more: boolean
    error: string | null
}

export interface DashboardPanel {
    id: number
    key: string
    title: string
    type: string
    path: string[]
    collapsed: boolean
    repeat: string | null
    ignores_range: boolean
    timeless: boolean
    library_uid: string | null
    grid: { x: number; y: number; w: number; h: number }
}

export interface Dashboard {
    uid: string
    title: string
    folder_title: string | null
    tags: string[]
    version: number
    timezone: string
    variables: DashboardVariable[]
    panels: DashboardPanel[]
    warnings: string[]
}

export type Window =
    | { name: string; kind: 'rolling'; length: string; offset: string }
    | { name: string; kind: 'calendar'; unit: 'day' | 'week' | 'month'; offset: number; from?: string; to?: string }
    | { name: string; kind: 'fixed'; from: string; to: string }

export interface VariableChoice {
    mode: 'value' | 'list' | 'each'
    values: string[]
}

/** A panel's id, or its key where it has none. */
export type PanelRef = number | string

export interface Selection {
    source: string
    dashboard?: string
    folder?: string
    tag?: string
    panels: 'all' | PanelRef[]
    variables?: Record<string, VariableChoice>
}

export interface Picture {
    layout: 'dashboard' | 'solo'
    width: number
    height: number
    scale: number
    theme: Theme
    format: 'png'
}

export interface Rule {
    panels: '*' | string[]
    series: string
    stat: 'last' | 'min' | 'max' | 'mean' | 'missing' | 'missing_longest'
    op: '>' | '>=' | '<' | '<=' | 'sigma' | 'change'
    value: number
    severity: 'alert' | 'warn'
    text: string
}

export type ReferenceKind = 'previous' | 'same_weekday' | 'last_normal' | 'pinned'

export interface PlanSpec {
    name: string
    description: string
    timezone: string
    selections: Selection[]
    windows: Window[]
    picture: Picture
    schedule: { cron: string[]; holidays: string[]; paused: boolean }
    review: { reviewers: string[]; due: string | null; escalate_to: string[]; second_person: boolean }
    retention: { days: number; abnormal_days: number }
    reference: ReferenceKind
    rules: Rule[]
    overlap: 'skip' | 'queue' | 'cancel_old'
    load: { parallel: number; quiet: { from: string; to: string }[] }
    notify: { channel: string; events: string[] }[]
}

/** Something that the plan names and Grafana no longer has, or has otherwise; and what to do about it. */
export interface Missing {
    what: string
    path: string
    name: string
    mend: Both
}

export interface Plan {
    id: string
    version: number
    name: string
    paused: boolean
    created_at: string
    updated_at: string
    updated_by: string | { id: string; display_name: string } | null
    spec: PlanSpec
    next_run_at: string | null
    last_round: RoundCard | null
    drift: Missing[]
}

export interface DryRun {
    total: number
    shots: {
        dashboard: string
        panel: string
        window: string
        variables: Record<string, string[] | string>
        from: string
        to: string
    }[]
    estimate: { seconds: number; bytes: number; bytes_per_month: number }
    missing: Missing[]
    warnings: Both[]
}

/** failed: no shots could be worked out; the card's `error` says why. */
export type RoundState = 'waiting' | 'running' | 'finished' | 'cancelled' | 'signed' | 'failed'

export interface RoundCard {
    id: string
    plan_id: string
    plan_name: string
    moment_at: string
    state: RoundState
    total: number
    done: number
    failed: number
    normal: number
    abnormal: number
    not_applicable: number
    undecided: number
    changed: number
    due_at: string | null
    late: boolean
    trigger: 'schedule' | 'hand' | 'api'
    error?: string | null
    rate_per_s?: number | null
    left_ms?: number | null
}

export interface SignOff {
    seq: number
    /** false: the first of two people; the round stays open for the second. */
    final: boolean
    by: { id: string; display_name: string }
    at: string
    summary: string
    reasons: { shot_id: string; reason: string }[]
    hash: string
    signature: string
}

export interface Round extends RoundCard {
    plan_version: number
    started_at: string | null
    finished_at: string | null
    started_by: string | { id: string; display_name: string } | null
    windows: WindowAt[]
    timezone: string
    signoffs: SignOff[]
    reviewers: (string | { id: string; display_name: string })[]
    legal_hold?: { reason: string } | null
    second_person?: boolean
}

export interface WindowAt {
    index: number
    name: string
    from: string
    to: string
}

export type VerdictValue = 'normal' | 'abnormal' | 'not_applicable' | 'undecided'

export interface Verdict {
    seq: number
    value: VerdictValue
    comment: string | null
    category: string | null
    links: string[]
    by: { id: string; display_name: string }
    at: string
    how: 'single' | 'bulk' | 'phone'
    dwell_ms: number | null
}

/** What a shot had before it was taken again. */
export interface Take {
    number: number
    state: 'done' | 'failed'
    /** Of those that failed. */
    outcome: ShotOutcome | null
    message: string | null
    taken_at: string | null
    sha256: string | null
    expired: boolean
    has_data: boolean
}

export type FindingKind =
    | 'not_rendered'
    | 'no_data'
    | 'query_error'
    | 'threshold'
    | 'rule'
    | 'series_changed'
    | 'data_changed'
    | 'pixels_changed'
    | 'range_ignored'

export interface Finding {
    kind: FindingKind
    severity: 'alert' | 'warn' | 'info'
    text: Both
    evidence: Record<string, unknown>
}

export type ShotState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
export type ShotOutcome =
    | 'ok'
    | 'no_data'
    | 'query_error'
    | 'loading'
    | 'plugin_missing'
    | 'panel_missing'
    | 'dashboard_missing'
    | 'login'
    | 'timeout'
    | 'hidden'
    | 'browser'
    | 'target'
    | 'storage'

/** A part of a panel's picture that comparisons leave out, in shares of its width and height. */
export interface Mask {
    x: number
    y: number
    w: number
    h: number
}

export interface KnownIssue {
    id: string
    panel_key: string
    comment: string
    link: string | null
    from_at: string | null
    expires_at: string | null
    /** Somebody ended or replaced it before its time. */
    ended: boolean
    by?: { display_name: string } | null
    /** In the list of all only. */
    panel?: { title: string; dashboard: { uid: string; title: string }; source: { id: string; name: string } }
}

export interface Shot {
    id: string
    round_id: string
    order: number
    state: ShotState
    outcome: ShotOutcome | null
    message: string | null
    attempts: number
    source: { id: string; name: string }
    dashboard: { uid: string; title: string; folder: string | null }
    panel: { id: number; key: string; title: string; type: string; path: string[] }
    window: WindowAt
    variables: Record<string, string | string[]>
    panel_key: string
    picture: { sha256: string; width: number; height: number; bytes: number; mime: string } | null
    /** Removed by retention: the record stays, picture and data are gone. */
    expired?: boolean
    has_data: boolean
    data_note: 'complete' | 'bounded' | 'picture_only' | null
    findings: Finding[]
    change: { score: number; reference_id: string | null } | null
    verdict: Verdict | null
    verdict_version: number
    comments: number
    known_issue: KnownIssue | null
    live_url: string | null
    taken_at: string | null
    stages: { queue_ms?: number; navigate_ms?: number; ready_ms?: number; capture_ms?: number } | null
}

export interface Series {
    ref: string
    name: string
    labels: Record<string, string>
    unit: string | null
    last: number | null
    min: number | null
    max: number | null
    mean: number | null
    missing_share: number
    points: [number, number | null][]
}

export interface ShotData {
    note: string
    series: Series[]
}

export interface References {
    chosen: Shot | null
    previous: Shot | null
    same_weekday: Shot | null
    last_normal: Shot | null
    pinned: Shot | null
}

export type StripOutcome = 'signed' | 'abnormal' | 'failed' | 'open' | 'running' | 'missed'

export interface Today {
    now: string
    awaiting_sign_off: number
    running: number
    next_run_at: string | null
    plans: {
        plan: { id: string; name: string; paused: boolean; timezone: string }
        last: RoundCard | null
        next_run_at: string | null
        strip: { round_id: string | null; moment_at: string; outcome: StripOutcome }[]
    }[]
}

export interface SearchHit {
    kind: 'panel' | 'plan' | 'person' | 'round' | 'verdict' | 'known_issue'
    text: string
    snippet: string | null
    shot_id?: string
    round_id?: string
    plan_id?: string
    panel_key?: string
    at: string
}

export interface Channel {
    id: string
    name: string
    kind: 'email' | 'webhook' | 'slack' | 'dingtalk' | 'wecom' | 'feishu'
    settings: Record<string, unknown>
    language: Language
    events: string[]
    secret?: string
    has_secret?: boolean
    paused?: boolean
    error?: string | null
    version: number
}

export interface OutboxItem {
    id: string
    channel_name: string
    event: string
    state: 'waiting' | 'sending' | 'sent' | 'failed'
    attempts: number
    created_at: string
    next_at: string | null
    ended_at: string | null
    error: string | null
}

export interface System {
    version: string
    started_at: string
    browser: { kind: string; version: string; sandbox: { on: boolean; reason: string | null } }
    browsers: {
        id: string | number
        state: string
        identities: number
        renders: number
        age_ms: number
        memory_bytes: number
    }[]
    queue: { waiting: number; running: number }
    fonts: { missing: { script: string; package: string }[] }
    storage: {
        database_bytes: number
        blobs: number
        blob_bytes: number
        free_bytes: number
        retention: {
            due_count: number; due_bytes: number; ahead_days: number; ahead_count: number; ahead_bytes: number
            added_bytes_per_day: number; full_in_days: number | null
        }
    }
    fidelity: { checked: number; different: number }
    errors: { at: string; line: string }[]
    health: { name: string; ok: boolean; detail: string }[]
}

export interface Verification {
    ok: boolean
    checked: { pictures: number; verdicts: number; signoffs: number }
    faults: { kind: string; object: string; text: string }[]
}
