// Grafana's HTTP client as its libraries expect it: observables that abort their request when nobody listens.
import { config, type BackendSrv, type BackendSrvRequest, type FetchError, type FetchResponse } from '@grafana/runtime';
import { lastValueFrom, Observable } from 'rxjs';
import { requestHeaders } from '../../common/bootData';

function addressOf(options: BackendSrvRequest): string {
  const path = options.url.replace(/^\//, '');
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options.params ?? {})) {
    if (value !== undefined && value !== null) {
      query.append(name, String(value));
    }
  }
  const text = query.toString();
  return `${config.appSubUrl}/${path}${text ? (path.includes('?') ? '&' : '?') + text : ''}`;
}

async function send<T>(options: BackendSrvRequest, signal: AbortSignal): Promise<FetchResponse<T>> {
  const hasBody = options.data !== undefined && options.method !== 'GET';
  const answer = await fetch(addressOf(options), {
    method: options.method ?? 'GET',
    headers: { ...requestHeaders(), ...(hasBody && { 'content-type': 'application/json' }), ...options.headers },
    body: hasBody ? JSON.stringify(options.data) : undefined,
    credentials: 'same-origin',
    signal,
  });
  const text = await answer.text();
  const isJson = (answer.headers.get('content-type') ?? '').includes('json');
  const data = (isJson && text ? JSON.parse(text) : text) as T;
  const { status, statusText, ok, headers, redirected, type, url } = answer;
  if (!ok) {
    const error: FetchError = { status, statusText, data, config: options };
    throw error;
  }
  return { data, status, statusText, ok, headers, redirected, type, url, config: options };
}

function observe<T>(options: BackendSrvRequest): Observable<FetchResponse<T>> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    send<T>(options, stop.signal).then(
      (answer) => {
        subscriber.next(answer);
        subscriber.complete();
      },
      (err) => {
        if (!stop.signal.aborted) {
          subscriber.error(err instanceof TypeError ? { status: 0, statusText: 'Failed to fetch', data: { message: 'Failed to fetch' }, message: 'Failed to fetch', config: options } : err);
        }
      }
    );
    return () => stop.abort();
  });
}

const body = async <T>(options: BackendSrvRequest) => (await lastValueFrom(observe<T>(options))).data;

export const backendSrv: BackendSrv = {
  fetch: observe,
  request: body,
  get: (url, params, requestId, more) => body({ ...more, url, params, requestId, method: 'GET' }),
  post: (url, data, more) => body({ ...more, url, data, method: 'POST' }),
  put: (url, data, more) => body({ ...more, url, data, method: 'PUT' }),
  patch: (url, data, more) => body({ ...more, url, data, method: 'PATCH' }),
  delete: (url, data, more) => body({ ...more, url, data, method: 'DELETE' }),
  datasourceRequest: (options) => lastValueFrom(observe(options)) as Promise<FetchResponse<never>>,
  chunked: () => {
    throw new Error('chunked requests are not supported');
  },
};
