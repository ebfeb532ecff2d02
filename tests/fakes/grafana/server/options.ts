// What can be chosen at start. Everything that may change while running is a fault instead (faults.ts).

export interface TokenSpec {
  value: string;
  role: Role;
  orgId: number;
  name: string;
}

export type Role = 'Admin' | 'Editor' | 'Viewer';
export type Stack = 'scenes' | 'legacy';

export interface Options {
  host: string;
  port: number;
  portFile?: string;
  thiefPort?: number;
  subPath: string;
  /** Absolute URL of the root as users know it; empty: taken from each request's Host header. */
  rootUrl: string;
  tlsCert?: string;
  tlsKey?: string;
  version: string;
  stack: Stack;
  tokens: TokenSpec[];
  isBasicAuth: boolean;
  anonymousOrgRole?: Role;
  authProxyHeader?: string;
  jwksUrl?: string;
  jwtHeader: string;
  isJwtUrlLogin: boolean;
  renderAuth: 'cache' | 'jwt';
  rendererUrl?: string;
  rendererToken: string;
  callbackUrl?: string;
  renderKeyLifetimeMs: number;
  queryDelayMs: number;
  publicDir: string;
  /** Pages tell what they find of earlier identities in the browser. */
  hasTraces: boolean;
}

export const VIEWER_TOKEN = 'glsa_StandInViewerTokenForOrgOne01_5f3a9c21';
export const ADMIN_TOKEN = 'glsa_StandInAdminTokenForOrgOne001_7d20be44';
export const BRANCH_TOKEN = 'glsa_StandInViewerTokenForOrgTwo01_90ac13f7';

export const HELP = `stand-in Grafana

  --port N               port to listen on; 0 (default) lets the system choose
  --host ADDR            address to listen on (default 127.0.0.1; '::' for all)
  --port-file FILE       write the chosen port there when ready
  --thief-port N         also start the thief: a second listener that only records what reaches it
  --sub-path /grafana    serve under a sub-path
  --root-url URL         root URL for redirects (default: from the Host header)
  --tls-cert F --tls-key F
  --grafana VERSION      version to report and to behave like (default 13.1.1)
  --stack scenes|legacy  which front end (default: by version, legacy below 11)
  --token VALUE[:ROLE[:ORG]]   a service-account token; repeatable; replaces the default ones
  --no-basic-auth        refuse basic auth
  --anonymous [ROLE]     allow anonymous access to organisation 1 (default Viewer)
  --auth-proxy [HEADER]  trust this header (default X-WEBAUTH-USER)
  --jwks-url URL         [auth.jwt] jwk_set_url: switches JWT login on
  --jwt-header NAME      [auth.jwt] header_name (default X-JWT-Assertion)
  --jwt-url-login        [auth.jwt] url_login: accept ?auth_token=
  --render-auth cache|jwt      how render keys are made (default by version: jwt from 13 on, if the token is no default)
  --renderer-url URL     [rendering] server_url, with /render
  --renderer-token T     [rendering] renderer_token (default -)
  --callback-url URL     [rendering] callback_url
  --render-key-lifetime MS
  --query-delay MS       answer each data query after that time (default 0)
  --traces               pages tell what they find of earlier identities in the browser (GET /__test/traces)
  --public DIR           where the built pages are (default: beside this program)
`;

const VALUE_FLAGS = new Set([
  'port', 'host', 'port-file', 'thief-port', 'sub-path', 'root-url', 'tls-cert', 'tls-key', 'grafana', 'stack',
  'token', 'jwks-url', 'jwt-header', 'render-auth', 'renderer-url', 'renderer-token', 'callback-url',
  'render-key-lifetime', 'query-delay', 'public',
]);
const OPTIONAL_VALUE_FLAGS = new Set(['anonymous', 'auth-proxy']);
const BARE_FLAGS = new Set(['no-basic-auth', 'jwt-url-login', 'traces']);

function collect(argv: string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (let i = 0; i < argv.length; i++) {
    const [name, inline] = splitFlag(argv[i]!);
    let value = inline ?? '';
    if (VALUE_FLAGS.has(name)) {
      if (inline === undefined) {
        const next = argv[++i];
        if (next === undefined) {
          throw new Error(`--${name} wants a value`);
        }
        value = next;
      }
    } else if (OPTIONAL_VALUE_FLAGS.has(name)) {
      if (inline === undefined && argv[i + 1] !== undefined && !argv[i + 1]!.startsWith('--')) {
        value = argv[++i]!;
      }
    } else if (!BARE_FLAGS.has(name)) {
      throw new Error(`unknown option --${name}; see --help`);
    }
    found.set(name, [...(found.get(name) ?? []), value]);
  }
  return found;
}

function splitFlag(arg: string): [string, string | undefined] {
  if (!arg.startsWith('--')) {
    throw new Error(`unexpected argument '${arg}'; see --help`);
  }
  const eq = arg.indexOf('=');
  return eq < 0 ? [arg.slice(2), undefined] : [arg.slice(2, eq), arg.slice(eq + 1)];
}

function toRole(text: string | undefined, fallback: Role): Role {
  if (!text) {
    return fallback;
  }
  const role = (text[0]!.toUpperCase() + text.slice(1).toLowerCase()) as Role;
  if (role !== 'Admin' && role !== 'Editor' && role !== 'Viewer') {
    throw new Error(`'${text}' is no role: Admin, Editor or Viewer`);
  }
  return role;
}

function toToken(text: string, index: number): TokenSpec {
  const [value, role, org] = text.split(':');
  return { value: value!, role: toRole(role, 'Viewer'), orgId: org ? Number(org) : 1, name: `sa-${index + 1}` };
}

const DEFAULT_TOKENS: TokenSpec[] = [
  { value: VIEWER_TOKEN, role: 'Viewer', orgId: 1, name: 'sa-viewer' },
  { value: ADMIN_TOKEN, role: 'Admin', orgId: 1, name: 'sa-admin' },
  { value: BRANCH_TOKEN, role: 'Viewer', orgId: 2, name: 'sa-branch' },
];

export function majorOf(version: string): number {
  return Number(version.split('.')[0]);
}

export function parseOptions(argv: string[], publicDir: string): Options {
  const found = collect(argv);
  const one = (name: string) => found.get(name)?.at(-1);
  const version = one('grafana') ?? '13.1.1';
  const major = majorOf(version);
  const rendererToken = one('renderer-token') ?? '-';
  const defaultRenderAuth = major >= 13 && rendererToken !== '-' && rendererToken !== '' ? 'jwt' : 'cache';
  const subPath = (one('sub-path') ?? '').replace(/\/+$/, '');
  return {
    host: one('host') ?? '127.0.0.1',
    port: Number(one('port') ?? 0),
    portFile: one('port-file'),
    thiefPort: one('thief-port') === undefined ? undefined : Number(one('thief-port')),
    subPath: subPath && !subPath.startsWith('/') ? `/${subPath}` : subPath,
    rootUrl: (one('root-url') ?? '').replace(/\/+$/, ''),
    tlsCert: one('tls-cert'),
    tlsKey: one('tls-key'),
    version,
    stack: (one('stack') as Stack | undefined) ?? (major < 11 ? 'legacy' : 'scenes'),
    tokens: found.get('token')?.map(toToken) ?? DEFAULT_TOKENS,
    isBasicAuth: !found.has('no-basic-auth'),
    anonymousOrgRole: found.has('anonymous') ? toRole(one('anonymous'), 'Viewer') : undefined,
    authProxyHeader: found.has('auth-proxy') ? (one('auth-proxy') || 'X-WEBAUTH-USER').toLowerCase() : undefined,
    jwksUrl: one('jwks-url'),
    jwtHeader: (one('jwt-header') ?? 'X-JWT-Assertion').toLowerCase(),
    isJwtUrlLogin: found.has('jwt-url-login'),
    renderAuth: (one('render-auth') as 'cache' | 'jwt' | undefined) ?? defaultRenderAuth,
    rendererUrl: one('renderer-url'),
    rendererToken,
    callbackUrl: one('callback-url'),
    renderKeyLifetimeMs: Number(one('render-key-lifetime') ?? 300_000),
    queryDelayMs: Number(one('query-delay') ?? 0),
    publicDir: one('public') ?? publicDir,
    hasTraces: found.has('traces'),
  };
}
