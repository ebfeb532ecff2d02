// Every route: method, path with :names, what it needs, who answers. First match wins.
import * as accounts from './api/accounts.js';
import * as dashboards from './api/dashboards.js';
import * as kubernetes from './api/kubernetes.js';
import * as query from './api/query.js';
import * as search from './api/search.js';
import * as settings from './api/settings.js';
import { Context } from './context.js';
import * as pages from './pages/routes.js';
import { renderRequest } from './render.js';

export type Params = Record<string, string>;
export type Handler = (ctx: Context, params: Params) => void | Promise<void>;

export interface Route {
  method: string;
  path: string;
  handler: Handler;
}

export const ROUTES: Route[] = [
  { method: 'GET', path: '/api/frontend/settings', handler: settings.frontendSettings },
  { method: 'GET', path: '/api/org', handler: accounts.org },
  { method: 'GET', path: '/api/org/preferences', handler: accounts.preferences },
  { method: 'GET', path: '/api/user', handler: accounts.user },
  { method: 'GET', path: '/api/user/orgs', handler: accounts.userOrgs },
  { method: 'POST', path: '/api/user/using/:orgId', handler: accounts.useOrg },
  { method: 'GET', path: '/api/user/preferences', handler: accounts.preferences },
  { method: 'GET', path: '/api/access-control/user/permissions', handler: accounts.permissions },
  { method: 'GET', path: '/api/search', handler: search.search },
  { method: 'GET', path: '/api/folders', handler: search.folders },
  { method: 'GET', path: '/api/folders/:uid', handler: search.folder },
  { method: 'GET', path: '/api/dashboards/uid/:uid', handler: dashboards.dashboardByUid },
  { method: 'GET', path: '/api/dashboards/uid/:uid/versions', handler: dashboards.versions },
  { method: 'GET', path: '/api/library-elements/:uid', handler: dashboards.libraryElement },
  { method: 'POST', path: '/api/ds/query', handler: query.query },
  { method: 'GET', path: '/api/datasources', handler: settings.datasources },
  { method: 'GET', path: '/api/datasources/uid/:uid', handler: settings.datasource },
  { method: 'GET', path: '/api/datasources/uid/:uid/health', handler: settings.datasourceHealth },
  { method: 'GET', path: '/api/annotations', handler: query.annotations },
  { method: 'GET', path: '/api/plugins/:id/settings', handler: settings.pluginSettings },
  { method: 'GET', path: '/api/prometheus/grafana/api/v1/rules', handler: query.alertRules },
  { method: 'POST', path: '/api/__traces', handler: accounts.addTraces },
  { method: 'GET', path: '/api/__redirect', handler: pages.redirectTo },
  { method: 'GET', path: '/apis/dashboard.grafana.app/', handler: kubernetes.group },
  { method: 'GET', path: '/apis/dashboard.grafana.app', handler: kubernetes.group },
  { method: 'GET', path: '/apis/dashboard.grafana.app/:version/namespaces/:ns/dashboards', handler: kubernetes.list },
  { method: 'GET', path: '/apis/dashboard.grafana.app/:version/namespaces/:ns/dashboards/:uid', handler: kubernetes.get },
  { method: 'GET', path: '/apis/dashboard.grafana.app/:version/namespaces/:ns/dashboards/:uid/dto', handler: kubernetes.dto },
  { method: 'GET', path: '/render/:rest*', handler: renderRequest },
  { method: 'GET', path: '/d/:uid/:slug?', handler: pages.dashboard },
  { method: 'GET', path: '/d-solo/:uid/:slug?', handler: pages.dashboard },
  { method: 'GET', path: '/logout', handler: pages.logout },
  { method: 'GET', path: '/', handler: pages.home },
];

/** `:name` one segment, `:name?` one or none, `:name*` all the rest. */
export function matchPath(pattern: string, path: string): Params | undefined {
  const want = pattern.split('/');
  const have = path.split('/');
  const params: Params = {};
  for (let i = 0; i < want.length; i++) {
    const part = want[i]!;
    if (part.endsWith('*')) {
      params[part.slice(1, -1)] = have.slice(i).join('/');
      return params;
    }
    if (part.endsWith('?')) {
      if (have.length > i + 1) {
        return undefined;
      }
      params[part.slice(1, -1)] = have[i] ?? '';
      return params;
    }
    if (part.startsWith(':')) {
      if (!have[i]) {
        return undefined;
      }
      params[part.slice(1)] = decodeURIComponent(have[i]!);
    } else if (part !== have[i]) {
      return undefined;
    }
  }
  return have.length === want.length ? params : undefined;
}

export function findRoute(method: string, path: string): { route: Route; params: Params } | undefined {
  for (const route of ROUTES) {
    const params = route.method === method ? matchPath(route.path, path) : undefined;
    if (params) {
      return { route, params };
    }
  }
  return undefined;
}
