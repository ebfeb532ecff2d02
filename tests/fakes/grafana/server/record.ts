// What reached a listener, without the secrets themselves: names of headers, and hashes of what carried a credential.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface RecordedRequest {
  n: number;
  atMs: number;
  method: string;
  host: string;
  path: string;
  query: string;
  headers: string[];
  /** sha256 (hex) of the values of headers and of each cookie that may carry a credential, by lower-case name. */
  secrets: Record<string, string>;
  cookies: Record<string, string>;
  /** Headers that tests ask about and that carry no secret. */
  shown: Record<string, string>;
  status?: number;
  by?: string;
}

const SECRET_HEADERS = ['authorization', 'cookie', 'x-auth-token', 'x-grafana-id', 'x-access-token', 'proxy-authorization'];
const SHOWN_HEADERS = [
  'user-agent', 'accept-language', 'x-dashboard-uid', 'x-panel-id', 'x-datasource-uid', 'x-plugin-id', 'referer', 'origin',
  'traceparent', 'x-tenant-id', 'x-grafana-org-id', 'if-none-match', 'cache-control',
];
const REQUESTS_MAX = 20_000;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function withoutToken(query: string): string {
  return query.replace(/((?:^|&)auth_token=)([^&]*)/, (_, name: string, value: string) => `${name}sha256:${sha256(value)}`);
}

export class Recorder {
  private requests: RecordedRequest[] = [];
  private count = 0;

  constructor(private readonly moreSecretHeaders: string[] = []) {}

  /** `isSilent`: describe the request but do not keep it. */
  add(req: IncomingMessage, isSilent = false): RecordedRequest {
    const raw = req.url ?? '/';
    const mark = raw.indexOf('?');
    const entry: RecordedRequest = {
      n: this.count++,
      atMs: Date.now(),
      method: req.method ?? '',
      host: req.headers.host ?? '',
      path: mark < 0 ? raw : raw.slice(0, mark),
      query: mark < 0 ? '' : withoutToken(raw.slice(mark + 1)),
      headers: Object.keys(req.headers),
      secrets: {},
      cookies: {},
      shown: {},
    };
    for (const name of [...SECRET_HEADERS, ...this.moreSecretHeaders]) {
      const value = req.headers[name];
      if (value !== undefined) {
        entry.secrets[name] = sha256(String(value));
      }
    }
    for (const part of (req.headers.cookie ?? '').split(';')) {
      const [name, ...value] = part.trim().split('=');
      if (name) {
        entry.cookies[name] = sha256(value.join('='));
      }
    }
    for (const name of SHOWN_HEADERS) {
      if (req.headers[name] !== undefined) {
        entry.shown[name] = String(req.headers[name]);
      }
    }
    if (!isSilent && this.requests.length < REQUESTS_MAX) {
      this.requests.push(entry);
    }
    return entry;
  }

  list(): RecordedRequest[] {
    return this.requests;
  }

  clear(): void {
    this.requests = [];
  }
}
