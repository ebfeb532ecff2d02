// Entry of the older front end: no scenes, its own globals, a router that listens to popstate.
import { bootData, isBootHung, page, sayInitialised } from '../common/bootData';
import { exchangeTraces } from '../common/traces';
import { DashboardPage } from './dashboardPage';
import { HttpError } from './model';
import { SoloPage } from './soloPage';
import './style.css';

type Page = DashboardPage | SoloPage;

let current: Page | undefined;

function routeOf(): { kind: string; uid: string } {
  const [, kind, uid] = window.location.pathname.slice(bootData.settings.appSubUrl.length).split('/');
  return { kind: kind ?? '', uid: decodeURIComponent(uid ?? '') };
}

function showFailure(root: HTMLElement, kind: string, err: unknown): void {
  const isMissing = err instanceof HttpError && err.status === 404;
  const title = kind === 'd-solo' ? (err as Error).message : isMissing ? 'Dashboard not found' : 'Failed to fetch dashboard';
  const alert = document.createElement('div');
  alert.className = 'alert alert-error';
  alert.dataset['testid'] = 'data-testid Alert error';
  alert.textContent = title;
  root.textContent = '';
  root.append(alert);
}

function navigate(): void {
  const { kind, uid } = routeOf();
  const query = new URLSearchParams(window.location.search);
  const isSame = current?.uid === uid && current instanceof (kind === 'd' ? DashboardPage : SoloPage);
  if (current && isSame) {
    current.change(query);
    return;
  }
  current?.stop();
  const root = document.getElementById('reactRoot')!;
  const started = (current = kind === 'd' ? new DashboardPage(root, uid) : new SoloPage(root, uid));
  started.start(query).catch((err) => current === started && showFailure(root, kind, err));
}

/** What plugins and scripts get of Grafana: here the variables, with the options that their queries gave. */
function importModule(name: string): Promise<unknown> {
  if (name !== '@grafana/runtime') {
    return Promise.reject(new Error(`unknown module ${name}`));
  }
  const list = current instanceof DashboardPage ? (current.saveModel()?.templating.list ?? []) : [];
  const optionsOf = (names: string[]) => [{ text: 'All', value: '$__all' }, ...names.map((n) => ({ text: n, value: n }))];
  const variables = list.map((v) => ({ name: v.name, type: v.type, state: 'Done', error: null, options: optionsOf(v.query.names ?? []) }));
  return Promise.resolve({ getTemplateSrv: () => ({ getVariables: () => variables }) });
}

function boot(): void {
  page.grafanaRuntime = {
    getDashboardSaveModel: () => current?.saveModel(),
    getDashboardTimeRange: () => current?.timeRange(),
    getPanelData: () => current?.panelData() ?? {},
  };
  Object.assign(window, { System: { import: importModule } });
  window.addEventListener('popstate', navigate);
  navigate();
  sayInitialised();
}

if (!isBootHung) {
  if (bootData.standIn.hasTraces) {
    void exchangeTraces().then(boot); // first, so that a page that was seen has told what it found
  } else {
    boot();
  }
}
