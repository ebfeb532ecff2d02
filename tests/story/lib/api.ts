// The JSON API as a person or a program uses it. Every answer is held against the description that the
// service gives of itself: an undocumented status or a shape that is not as described fails the story.
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Rounds } from './rounds.js';

export const adminPassword = 'correct-horse-battery';
/** What each person() chooses. */
export const ownPassword = 'a-long-pass-phrase-7';
export const platform = { renderOnly: false, env: { ROUNDS_ADMIN_PASSWORD: adminPassword } };

export interface Operation {
  method: string; path: string; security: Record<string, string[]>[]; description?: string;
  requestBody?: unknown; responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

/** The description, with a validator for what it says of answers. */
export class Description {
  readonly operations: Operation[] = [];
  private readonly ajv: any;

  private constructor(readonly json: any) {
    this.ajv = new (Ajv2020 as any)({ strict: false, allErrors: true });
    (addFormats as any)(this.ajv);
    this.ajv.addSchema({ $id: 'rounds', components: json.components });
    for (const [path, methods] of Object.entries<any>(json.paths))
      for (const [method, operation] of Object.entries<any>(methods))
        this.operations.push({ ...operation, method: method.toUpperCase(), path });
  }

  static async of(rounds: Rounds): Promise<Description> {
    return new Description(await (await fetch(`${rounds.url}/api/v1/openapi.json`)).json());
  }

  find(method: string, path: string): Operation | undefined {
    const fits = this.operations.filter((o) => o.method === method &&
      new RegExp(`^${o.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path));
    return fits.sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
  }

  /** What is wrong with this answer, or ''. */
  fault(operation: Operation, status: number, type: string, json: unknown): string {
    const documented = operation.responses[String(status)] ?? (status >= 400 ? operation.responses.default : undefined);
    if (!documented) return `the status ${status} is not described`;
    const media = type.split(';')[0] ?? '';
    if (!documented.content) return type ? `an answer of ${type} is not described` : '';
    const schema = documented.content[media]?.schema;
    if (!(media in documented.content)) return `${media} is not described`;
    if (!schema) return '';
    const whole = JSON.parse(JSON.stringify(schema).replaceAll('#/components/', 'rounds#/components/'));
    const validate = this.ajv.compile(whole);
    return validate(json) ? '' : JSON.stringify(validate.errors.slice(0, 5));
  }
}

export interface Answer<T = any> { status: number; json: T; headers: Headers; bytes: Buffer }

/** One who talks to the API: with a session, a token, or nothing. */
export class Caller {
  cookie = '';
  csrf = '';
  token = '';

  constructor(readonly rounds: Rounds, readonly description: Description) {}

  static async signIn(rounds: Rounds, description: Description, user = 'admin', password = adminPassword): Promise<Caller> {
    const caller = new Caller(rounds, description);
    const answer = await caller.post('/session', { user, password });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.bytes.toString('utf8')}`);
    caller.csrf = answer.json.csrf_token;
    return caller;
  }

  withToken(token: string): Caller {
    return Object.assign(new Caller(this.rounds, this.description), { token });
  }

  async call<T = any>(method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<Answer<T>> {
    const headers: Record<string, string> = {};
    if (this.cookie) headers.Cookie = this.cookie;
    if (this.csrf && method !== 'GET') headers['X-CSRF-Token'] = this.csrf;
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    Object.assign(headers, more);
    const sent = typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body);
    const answer = await fetch(`${this.rounds.url}/api/v1${path}`, { method, headers, body: sent });
    this.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? this.cookie;
    return this.read<T>(method, path, answer);
  }

  private async read<T>(method: string, path: string, answer: Response): Promise<Answer<T>> {
    const bytes = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type') ?? '';
    const json = type.includes('json') ? JSON.parse(bytes.toString('utf8')) : undefined;
    const operation = this.description.find(method, `/api/v1${path.split('?')[0]}`);
    const fault = operation ? this.description.fault(operation, answer.status, type, json) : '';
    if (fault) throw new Error(`${method} ${path} answered other than described: ${fault}\n${bytes.toString('utf8').slice(0, 500)}`);
    return { status: answer.status, json, headers: answer.headers, bytes };
  }

  get<T = any>(path: string) { return this.call<T>('GET', path); }
  post<T = any>(path: string, body: unknown = {}) { return this.call<T>('POST', path, body); }
  put<T = any>(path: string, body: unknown) { return this.call<T>('PUT', path, body); }
  patch<T = any>(path: string, body: unknown) { return this.call<T>('PATCH', path, body); }
  drop<T = any>(path: string) { return this.call<T>('DELETE', path); }

  /** A person of this role who has chosen a password and signed in. */
  async person(name: string, role: string, more: object = {}): Promise<Caller> {
    const made = await this.post('/users', { name, display_name: name, role, ...more });
    if (made.status !== 201) throw new Error(made.bytes.toString('utf8'));
    const caller = await Caller.signIn(this.rounds, this.description, name, made.json.password);
    const chosen = await caller.put('/session/password', { current: made.json.password, new: ownPassword });
    if (chosen.status !== 204) throw new Error(chosen.bytes.toString('utf8'));
    return caller;
  }

  /** A source on this Grafana; its id. */
  async source(url: string, secret: string, name = 'prod', more: object = {}): Promise<string> {
    const made = await this.post('/sources', { name, url, org_id: 1, credential: { kind: 'token', secret }, ...more });
    if (made.status !== 201) throw new Error(made.bytes.toString('utf8'));
    return made.json.id;
  }
}
