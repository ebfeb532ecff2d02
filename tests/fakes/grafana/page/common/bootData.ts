// What the server wrote into the document, typed; both front ends read it.

export interface StandInSettings {
  boot?: 'fail' | 'hang';
  leakRunningCount: boolean;
  cancelFirstQuery: boolean;
  lateRepeatsMs: number;
  hasTraces: boolean;
}

export interface PageBootData {
  user: { id: number; login: string; orgId: number; isSignedIn: boolean; authenticatedBy?: string; theme: string; lightTheme: boolean; timezone: string };
  settings: { appSubUrl: string; jwtHeaderName: string; jwtUrlLogin: boolean; buildInfo: { version: string } };
  standIn: StandInSettings;
}

export interface PageWindow {
  grafanaBootData: PageBootData;
  __grafana_app_bundle_loaded?: boolean;
  __grafanaSceneContext?: unknown;
  __grafanaRunningQueryCount?: number;
  __grafanaImageRendererMessageChannel?: (message: string) => void;
  __grafanaRenderBindingSupported?: boolean;
  grafanaRuntime?: unknown;
  panelsRendered?: number;
}

export const page = window as unknown as PageWindow;
export const bootData = page.grafanaBootData;
export const majorVersion = Number(bootData.settings.buildInfo.version.split('.')[0]);

page.__grafana_app_bundle_loaded = true;

/** A fault: the bundle is there but the application never starts. */
export const isBootHung = bootData.standIn.boot === 'hang';

/** The headers that Grafana's front end adds to each of its requests. */
export function requestHeaders(): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json, text/plain, */*' };
  if (bootData.user.orgId) {
    headers['x-grafana-org-id'] = String(bootData.user.orgId);
  }
  const { jwtHeaderName, jwtUrlLogin } = bootData.settings;
  const token = jwtUrlLogin && jwtHeaderName ? new URLSearchParams(window.location.search).get('auth_token') : null;
  if (token) {
    headers[jwtHeaderName] = token;
  }
  return headers;
}

export function sayInitialised(): void {
  const preloader = document.querySelector('.preloader');
  preloader?.classList.add('preloader--done');
  preloader?.remove();
  window.parent.postMessage('GrafanaAppInit', '*');
}
