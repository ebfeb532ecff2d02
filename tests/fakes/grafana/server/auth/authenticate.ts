// The order in which Grafana tries credentials, and what it says when one is bad.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Faults } from '../faults.js';
import { majorOf, type Options } from '../options.js';
import { identityOfRole, identityOfUser, newUsers, ORGS, type Identity, type User } from './identity.js';
import { JwtLogin } from './jwt.js';
import { RenderKeys } from './renderKeys.js';

export type AuthResult =
  | { identity: Identity; user?: User }
  /** A credential was there and is refused at once, page or API. */
  | { refusal: { status: number; message: string } }
  /** Nothing that could be believed: pages go to /login, the API answers 401. */
  | { identity?: undefined };

export function cookiesOf(req: IncomingMessage): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const part of (req.headers.cookie ?? '').split(';')) {
    const eq = part.indexOf('=');
    if (eq > 0) {
      cookies.set(part.slice(0, eq).trim(), decodeURIComponent(part.slice(eq + 1).trim()));
    }
  }
  return cookies;
}

/** A person may ask the API in the name of another organisation, for one request. */
function inWantedOrg(result: AuthResult, req: IncomingMessage, url: URL): AuthResult {
  const wanted = Number(req.headers['x-grafana-org-id'] ?? url.searchParams.get('targetOrgId') ?? 0);
  if (!('user' in result) || !result.user?.orgIds.includes(wanted)) {
    return result;
  }
  return { ...result, identity: { ...result.identity, orgId: wanted, orgName: ORGS[wanted] ?? '' } };
}

export class Authenticator {
  users = newUsers();
  readonly renderKeys: RenderKeys;
  private readonly sessions = new Map<string, number>();
  private readonly jwt?: JwtLogin;

  constructor(
    private readonly options: Options,
    private readonly faults: Faults
  ) {
    this.renderKeys = new RenderKeys(options.renderAuth, options.rendererToken, options.renderKeyLifetimeMs);
    this.jwt = options.jwksUrl ? new JwtLogin(options.jwksUrl) : undefined;
  }

  reset(): void {
    this.users = newUsers();
    this.sessions.clear();
    this.renderKeys.clear();
  }

  async authenticate(req: IncomingMessage, url: URL): Promise<AuthResult> {
    return inWantedOrg(await this.believe(req, url), req, url);
  }

  private async believe(req: IncomingMessage, url: URL): Promise<AuthResult> {
    return (
      (await this.byRenderKey(req)) ??
      (await this.byJwt(req, url)) ??
      this.byAuthorization(req) ??
      this.byProxy(req) ??
      this.bySession(req) ??
      this.anonymously(url)
    );
  }

  private async byRenderKey(req: IncomingMessage): Promise<AuthResult | undefined> {
    const key = cookiesOf(req).get('renderKey');
    if (!key) {
      return undefined;
    }
    const identity = await this.renderKeys.find(key);
    if (identity) {
      return { identity };
    }
    return majorOf(this.options.version) < 10 ? { refusal: { status: 401, message: 'Invalid Render Key' } } : undefined;
  }

  private async byJwt(req: IncomingMessage, url: URL): Promise<AuthResult | undefined> {
    if (!this.jwt) {
      return undefined;
    }
    const header = req.headers[this.options.jwtHeader];
    const token =
      (typeof header === 'string' ? header.replace(/^Bearer /i, '') : undefined) ??
      (this.options.isJwtUrlLogin ? (url.searchParams.get('auth_token') ?? undefined) : undefined);
    if (!token) {
      return undefined;
    }
    const identity = await this.jwt.verify(token);
    return identity ? { identity } : { refusal: { status: 401, message: 'Invalid JWT' } };
  }

  private byAuthorization(req: IncomingMessage): AuthResult | undefined {
    const [scheme, value] = (req.headers.authorization ?? '').split(' ', 2);
    if (!scheme || !value) {
      return undefined;
    }
    if (scheme.toLowerCase() === 'basic') {
      return this.options.isBasicAuth ? this.byBasic(value) : undefined;
    }
    const spec = this.options.tokens.find((t) => t.value === value);
    if (!spec || this.faults.state.revokedTokens.includes(value)) {
      return { refusal: { status: 401, message: 'Invalid API key' } };
    }
    const identity = identityOfRole('apikey', spec.name, spec.role, spec.orgId);
    return { identity };
  }

  private byBasic(encoded: string): AuthResult {
    const plain = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = plain.indexOf(':');
    const user = this.checkPassword(plain.slice(0, colon), plain.slice(colon + 1));
    return user
      ? { identity: identityOfUser(user, 'basic'), user }
      : { refusal: { status: 401, message: 'Invalid username or password' } };
  }

  private byProxy(req: IncomingMessage): AuthResult | undefined {
    const login = this.options.authProxyHeader && req.headers[this.options.authProxyHeader];
    if (typeof login !== 'string' || !login) {
      return undefined;
    }
    const user = this.users.find((u) => u.login === login);
    return user
      ? { identity: identityOfUser(user, 'authproxy'), user }
      : { identity: identityOfRole('authproxy', login, 'Viewer', 1, 2000) };
  }

  private bySession(req: IncomingMessage): AuthResult | undefined {
    const userId = this.sessions.get(cookiesOf(req).get('grafana_session') ?? '');
    const user = this.users.find((u) => u.id === userId);
    return user && { identity: identityOfUser(user, 'session'), user };
  }

  private anonymously(url: URL): AuthResult {
    const wanted = url.searchParams.get('orgId');
    if (!this.options.anonymousOrgRole || (wanted && wanted !== '1')) {
      return {};
    }
    return { identity: identityOfRole('anonymous', '', this.options.anonymousOrgRole, 1) };
  }

  checkPassword(login: string, password: string): User | undefined {
    return this.users.find((u) => u.login === login && u.password === password);
  }

  openSession(user: User): string {
    const session = randomBytes(16).toString('hex');
    this.sessions.set(session, user.id);
    return session;
  }

  closeSession(session: string): void {
    this.sessions.delete(session);
  }
}
