/* The table of shapes; the notation is in schemas.h. Bodies are closed: unknown members are errors. */
#include "api/schemas.h"

#define PLAN_HEAD                                                                                  \
    "id:text version:int name:text paused:bool created_at:time updated_at:time "                   \
    "updated_by:text|null change:text "
#define CARD                                                                                       \
    "id:text plan_id:text plan_name:text moment_at:time state:RoundState total:int done:int "      \
    "failed:int normal:int abnormal:int not_applicable:int undecided:int changed:int "             \
    "due_at:time|null late:bool trigger:'schedule|hand|api' error?:text|null "
#define USER                                                                                       \
    "id:text name:text display_name:text role:Role language:'auto|zh-CN|en' "                      \
    "theme:'auto|light|dark' source_ids:[text]|null disabled:bool created_at:time "                \
    "last_seen_at:time|null version:int "

const struct schema schemas[] = {
    {"Empty", "", .is_closed = true},
    {"Both", "zh-CN:text en:text"},
    {"Error", "error:ErrorBody"},
    {"ErrorBody", "code:text message:text op:text details?:[ErrorDetail]"},
    {"ErrorDetail", "path?:text message?:text line?:int column?:int"},
    {"Role", .is = "'viewer|reviewer|editor|admin'"},
    {"JwkSet", "keys:[object]"},
    {"RendererVersion", "version:text"},
    {"OpenApi", .is = "object"},

    /* Session and people. */
    {"SignIn", "user:text password:text", .is_closed = true},
    {"Session", "user:User csrf_token:text|null expires_at:time|null must_change_password:bool"},
    {"PasswordChange", "current:text new:text", .is_closed = true},
    {"Preferences", "language?:'auto|zh-CN|en' theme?:'auto|light|dark'", .is_closed = true},
    {"User", USER},
    {"UserAdded", USER "password?:text"},
    {"UserAdd",
     "name:text display_name?:text role:Role password?:text source_ids?:[text]|null disabled?:bool",
     .is_closed = true},
    {"UserSet",
     "name?:text display_name?:text role?:Role disabled?:bool source_ids?:[text]|null version:int",
     .is_closed = true},
    {"OneTimePassword", "password:text"},
    {"SignedIn", "id:text address:text agent:text created_at:time last_seen_at:time "
                 "expires_at:time current:bool"},
    {"Person", "id:text display_name:text role:Role"},
    {"Scope", .is = "'read|rounds|render'"},
    {"Token", "id:text name:text role:Role scopes:[Scope] user:text hint:text created_at:time "
              "expires_at:time|null last_used_at:time|null"},
    {"TokenAdd", "name:text role:Role scopes?:[Scope] expires_at?:time|null", .is_closed = true},
    {"TokenAdded", "token:Token secret:text"},
    {"AuditLine", "seq:int at:time actor:text action:text object:text detail:object address:text "
                  "hash:text"},

    /* Sources. */
    {"Credential", "kind:CredentialKind user?:text header?:text subject?:text role?:text "
                   "has_secret:bool"},
    {"CredentialKind", .is = "'none|token|basic|jwt|own_issuer'"},
    {"CredentialSet",
     "kind?:CredentialKind user?:text header?:text subject?:text role?:text "
     "secret?:text has_secret?:bool",
     .is_closed = true},
    {"Source", "id:text name:text url:text org_id:int credential:Credential ca_pem:text|null "
               "extra_origins:[text] max_parallel:int quiet_hours:SourceQuiet|null "
               "quiet_until:time|null paused:bool grafana_version:text|null "
               "last_test:SourceTest|null version:int"},
    {"SourceSet",
     "name?:text url?:text org_id?:int credential?:CredentialSet ca_pem?:text|null "
     "extra_origins?:[text] max_parallel?:int quiet_hours?:SourceQuietSet|null "
     "quiet_until?:any paused?:bool version?:int id?:text "
     "grafana_version?:any last_test?:any",
     .is_closed = true},
    {"SourceTest", "ok:bool version:text|null organisation:text|null rights:text|null "
                   "clock_skew_ms:int|null certificate_days_left:int|null hops:[Hop] at?:time"},
    {"SourceQuiet", "timezone:text hours:[QuietHours]"},
    {"SourceQuietSet", "timezone?:text hours:[QuietHours]", .is_closed = true},
    {"Hop", "id:text state:'ok|warn|fail|skip' title:Both detail:Both mend:Both|null"},
    {"Snippet", "snippet:text"},
    {"Folder", "uid:text title:text parent_uid:text|null"},
    {"DashboardRef", "uid:text title:text folder_uid:text|null folder_title:text|null tags:[text] "
                     "url:text"},
    {"Dashboard",
     "uid:text title:text folder_title:text|null tags:[text] version:int timezone:text "
     "variables:[Variable] panels:[Panel] warnings:[text]"},
    {"Variable", "name:text label:text|null type:text multi:bool include_all:bool current:[text] "
                 "values:[VariableValue]"},
    {"VariableValue", "text:text value:text"},
    {"LiveVariable", "name:text label:text|null type:text multi:bool include_all:bool hidden:bool "
                     "current:[text] values:[VariableValue] known_from:'dashboard|server|browser' "
                     "more:bool error:text|null"},
    {"Panel", "id:int key:text title:text type:text path:[text] collapsed:bool repeat:text|null "
              "ignores_range:bool timeless:bool library_uid:text|null grid:Grid"},
    {"Grid", "x:int y:int w:int h:int"},
    {"Preview",
     "dashboard:text panel:<PanelName|PanelId> window:Window picture?:PictureSet "
     "variables?:{any} timezone?:text",
     .is_closed = true},
    {"PictureSet", "width?:int height?:int scale?:num theme?:Theme layout?:text format?:'png'",
     .is_closed = true},
    {"PanelId", .is = "int"},
    {"PanelName", .is = "text"},
    {"Theme", .is = "'light|dark'"},

    /* Plans. */
    {"Plan",
     PLAN_HEAD "spec:PlanSpec next_run_at:time|null last_round:RoundCard|null drift:[Missing]"},
    {"PlanVersion", PLAN_HEAD "spec?:PlanSpec"},
    {"PlanSpec",
     "name:text description?:text timezone?:text selections?:[Selection] windows?:[Window] "
     "picture?:PlanPicture schedule?:PlanSchedule review?:PlanReview retention?:PlanRetention "
     "reference?:'previous|same_weekday|last_normal|pinned' rules?:[PlanRule] "
     "overlap?:'skip|queue|cancel_old' load?:PlanLoad notify?:[PlanNotify]",
     .is_closed = true},
    {"Selection",
     "source:text dashboard?:text folder?:text tag?:text panels:<PanelsAll|PanelList> "
     "variables?:{VariableChoice}",
     .is_closed = true},
    {"PanelsAll", .is = "'all'"},
    {"PanelList", .is = "[<PanelName|PanelId>]"},
    {"VariableChoice", "mode:'value|list|each' values?:[text]", .is_closed = true},
    {"Window", .is = "<WindowRolling|WindowCalendar|WindowFixed>"},
    {"WindowRolling", "name?:text kind:'rolling' length:text offset?:text", .is_closed = true},
    {"WindowCalendar",
     "name?:text kind:'calendar' unit:'day|week|month' offset?:int from?:text "
     "to?:text",
     .is_closed = true},
    {"WindowFixed", "name?:text kind:'fixed' from:time to:time", .is_closed = true},
    {"PlanPicture",
     "layout?:'dashboard|solo' width?:int height?:int scale?:num theme?:Theme "
     "format?:'png'",
     .is_closed = true},
    {"PlanSchedule", "cron?:[text] holidays?:[text] paused?:bool", .is_closed = true},
    {"PlanReview", "reviewers?:[text] due?:text|null escalate_to?:[text] second_person?:bool",
     .is_closed = true},
    {"PlanRetention", "days?:int abnormal_days?:int", .is_closed = true},
    {"PlanRule",
     "panels?:<PanelsAny|PanelList> series?:text "
     "stat:'last|min|max|mean|missing|missing_longest' op:PlanOperator value:num "
     "severity?:'alert|warn' text?:text",
     .is_closed = true},
    {"PanelsAny", .is = "'*'"},
    {"PlanOperator", .is = "'>|>=|<|<=|sigma|change'"},
    {"PlanLoad", "parallel?:int quiet?:[QuietHours]", .is_closed = true},
    {"QuietHours", "from:text to:text", .is_closed = true},
    {"PlanNotify", "channel:text events:[text]", .is_closed = true},
    {"PlanAdd", "spec:PlanSpec change?:text", .is_closed = true},
    {"PlanSet", "version:int spec:PlanSpec change?:text", .is_closed = true},
    {"PlanDocument", .is = "object"},
    {"PlanImport", "created:[text] changed:[PlanChange] unchanged:[text]"},
    {"PlanChange", "name:text differences:[text]"},
    {"Pause", "paused:bool", .is_closed = true},
    {"DryRunAsk", "spec:PlanSpec", .is_closed = true},
    {"DryRun", "total:int shots:[DryShot] estimate:Estimate missing:[Missing] warnings:[Both]"},
    {"DryShot",
     "source:text dashboard:text dashboard_uid:text panel:text panel_key:text window:text "
     "variables:object from:time to:time"},
    {"Estimate", "seconds:int bytes:int bytes_per_month:int measured:bool"},
    {"Missing", "what:text path:text name:text mend:Both"},
    {"SchedulePreviewAsk", "cron:[text] timezone:text holidays?:[text]", .is_closed = true},
    {"SchedulePreview", "next:[time] words:Both"},
    {"RoundCard", CARD},
    {"PersonRef", "id?:text display_name:text"},
    {"KnownIssue", "id:text panel_key:text comment:text link:text|null from_at:time|null "
                   "expires_at:time|null ended:bool by:PersonRef panel?:KnownPanel"},
    {"KnownPanel", "title:text dashboard:KnownDashboard source:KnownSource"},
    {"KnownDashboard", "uid:text title:text"},
    {"KnownSource", "id:text name:text"},
    {"RenderBatch", .is = "object"},
    {"RoundStart", "moment?:time|null", .is_closed = true},
    {"RoundState", .is = "'waiting|running|finished|cancelled|signed|failed'"},
    {"Round",
     CARD "plan_version:int started_at:time|null finished_at:time|null started_by:text|null "
          "rate_per_s:num left_ms:int|null timezone:text second_person:bool "
          "windows:[RoundWindow] signoffs:[SignOff] reviewers:[Who] legal_hold:Hold|null"},
    {"RoundWindow", "index:int name:text from:time to:time"},
    {"Who", "id?:text display_name:text"},
    {"Hold", "reason:text"},
    {"LegalHold", "held:bool reason:text", .is_closed = true},
    {"SignOff", "seq:int final:bool by:Who at:time summary:text reasons:[Reason] hash:text "
                "signature:text key_id:text"},
    {"Reason", "shot_id:text reason:text"},
    {"Sign", "summary?:text reasons?:[Reason] expected_undecided?:int", .is_closed = true},
    {"Verification", "ok:bool checked:Verified faults:[VerifyFault] more:bool"},
    {"Verified", "pictures:int verdicts:int signoffs:int"},
    {"VerifyFault", "kind:text object:text text:text"},
    {"Today", "now:time awaiting_sign_off:int running:int next_run_at:time|null plans:[TodayPlan]"},
    {"TodayPlan", "plan:TodayName last:RoundCard|null next_run_at:time|null strip:[Square]"},
    {"TodayName", "id:text name:text paused:bool"},
    {"Square", "round_id:text moment_at:time outcome:'signed|abnormal|failed|open|running|missed'"},
    {"ShotState", .is = "'waiting|running|done|failed|cancelled'"},
    {"Shot", "id:text round_id:text order:int moment_at:time state:ShotState outcome:text|null "
             "message:text|null attempts:int source:Named dashboard:ShotDashboard panel:ShotPanel "
             "window:RoundWindow variables:object panel_key:text picture:ShotPicture|null "
             "expired:bool has_data:bool data_note:text|null findings:[Finding] change:Change|null "
             "verdict:Verdict|null verdict_version:int comments:int known_issue:KnownIssue|null "
             "live_url:text|null taken_at:time|null stages:Stages|null record?:ShotRecord|null"},
    {"ShotRecord", "url:text timezone:text grafana_version:text browser_version:text how:text "
                   "missing:text dashboard_version:int"},
    {"Named", "id:text name:text"},
    {"ShotDashboard", "uid:text title:text folder:text|null"},
    {"ShotPanel", "id:int key:text title:text type:text path:[text]"},
    {"ShotPicture", "sha256:text width:int height:int bytes:int mime:text"},
    {"Finding", "kind:text severity:'alert|warn|info' text:Both evidence:object"},
    {"Change", "score:num reference_id:text|null"},
    {"Stages", "queue_ms:int navigate_ms:int ready_ms:int capture_ms:int"},
    {"VerdictValue", .is = "'normal|abnormal|not_applicable|undecided'"},
    {"Verdict", "seq:int value:text comment:text category:text links:[text] by:Who at:time "
                "how:'single|bulk|phone' dwell_ms:int hash?:text"},
    {"Take", "number:int state:'done|failed' outcome:text|null message:text|null "
             "taken_at:time|null sha256:text|null expired:bool has_data:bool"},
    {"VerdictSet",
     "value:VerdictValue comment?:text|null category?:text|null links?:[text] "
     "dwell_ms?:int how?:'single|phone' expected_version?:int",
     .is_closed = true},
    {"VerdictBulk",
     "value:VerdictValue comment?:text|null category?:text|null links?:[text] "
     "shots?:[text] filter?:BulkFilter expected_count?:int",
     .is_closed = true},
    {"BulkFilter",
     "filter?:'todo|changed|failed|abnormal|mine' dashboard?:text "
     "unchanged_since_normal?:bool",
     .is_closed = true},
    {"VerdictBulkDone", "applied?:int skipped?:int count?:int shots?:[text]"},
    {"References",
     "chosen:Shot|null previous:Shot|null same_weekday:Shot|null last_normal:Shot|null "
     "pinned:Shot|null"},
    {"ShotData", "note:text series:[Series] errors:[text]"},
    {"ShotFrames", "format:'grafana-frames-1' note:'complete|bounded' answers:[ShotAnswer]"},
    {"ShotAnswer", "panel:text datasource:text status:int answer:any"},
    {"Series", "ref:text name:text labels:object unit:text last:num|null min:num|null max:num|null "
               "mean:num|null missing_share:num missing_longest_ms:int points:[any]"},
    {"Pin", "shot_id:text window?:text", .is_closed = true},
    {"Masks", "masks:[Mask]"},
    {"Mask", "x:num y:num w:num h:num", .is_closed = true},
    {"KnownIssueAdd", "panel_key:text comment:text link?:text|null expires_at?:time|null",
     .is_closed = true},
    {"KnownIssueSet", "comment?:text link?:text|null expires_at?:time|null", .is_closed = true},

    /* Search, notifications. */
    {"SearchHit", "kind:'panel|plan|person|round|verdict|known_issue' text:text snippet:text|null "
                  "panel_key?:text shot_id?:text round_id?:text plan_id?:text user_id?:text "
                  "known_issue_id?:text at:time|null"},
    {"ChannelKind", .is = "'email|webhook|slack|dingtalk|wecom|feishu'"},
    {"Channel", "id:text name:text kind:ChannelKind settings:object has_secret:bool "
                "language:'zh-CN|en' events:[NotifyEvent] paused:bool sent_at:time|null "
                "failed_at:time|null error:text|null version:int"},
    {"NotifyEvent", .is = "'round_finished|signed|failures|abnormal|overdue'"},
    {"ChannelSet",
     "name?:text kind?:ChannelKind settings?:object secret?:text|null "
     "language?:'zh-CN|en' events?:[NotifyEvent] paused?:bool version?:int",
     .is_closed = true},
    {"Letter",
     "id:text channel_name:text event:text state:'waiting|sending|sent|failed' attempts:int "
     "created_at:time next_at:time|null ended_at:time|null error:text|null"},

    /* The service itself. */
    {"System", "version:text started_at:time browser:BrowserKind browsers:[Browser] queue:Queue "
               "shots:ShotQueue workers:Workers fonts:Fonts storage:Storage fidelity:Fidelity "
               "errors:[LogLine] "
               "health:[Check]"},
    {"BrowserKind", "kind:text version:text sandbox:Sandbox"},
    {"Sandbox", "on:bool reason:text|null"},
    {"Browser", "id:text state:text identities:int renders:int age_ms:int memory_bytes:int"},
    {"Queue", "waiting:int running:int"},
    {"ShotQueue", "waiting:int resting:int taking:int oldest_at:time|null"},
    {"Workers", "total:int working:int shots_done:int shots_failed:int"},
    {"Fonts", "missing:[MissingFont]"},
    {"MissingFont", "script:text package:text"},
    {"Storage", "database_bytes:int blobs:int blob_bytes:int free_bytes:int rounds:int shots:int "
                "retention:RetentionDue"},
    {"RetentionDue", "due_count:int due_bytes:int ahead_days:int ahead_count:int ahead_bytes:int "
                     "added_bytes_per_day:int full_in_days:int|null"},
    {"Fidelity", "checked:int different:int"},
    {"LogLine", "at:time line:text"},
    {"Check", "name:text ok:bool detail:text"},
    {"RetentionPreview", "rounds:int bytes:int"},
};
const size_t schemas_n = sizeof schemas / sizeof *schemas;
