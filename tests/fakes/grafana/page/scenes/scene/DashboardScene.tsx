// The root of a dashboard's scene; what window.__grafanaSceneContext points at while it is active.
import { CoreApp, type DataQueryRequest } from '@grafana/data';
import { SceneObjectBase, SceneObjectUrlSyncConfig, type SceneObject, type SceneObjectState, type SceneObjectUrlValues, VizPanel, type SceneGridLayout } from '@grafana/scenes';
import { bootData, majorVersion, page } from '../../common/bootData';
import { DashboardRenderer } from './DashboardRenderer';

export interface DashboardState extends SceneObjectState {
  uid: string;
  title: string;
  version: number;
  meta: { slug?: string; canEdit?: boolean };
  controls: SceneObject[];
  body: SceneGridLayout;
  /** Key or path id of the panel that fills the page. */
  viewPanel?: string;
  kioskMode?: boolean;
}

interface QueryController extends SceneObject {
  isQueryController: true;
  runningQueriesCount(): number;
  startProfile(name: string): void;
}

/** From 12 on repeats send a number of their own making instead of the panel's. */
function panelIdOf(viz: VizPanel): number {
  let isClone = false;
  for (let o: SceneObject | undefined = viz; o; o = o.parent) {
    isClone ||= 'repeatSourceKey' in o.state && Boolean(o.state.repeatSourceKey);
  }
  const hash = (text: string) => [...text].reduce((h, c) => (Math.imul(h, 33) ^ c.charCodeAt(0)) >>> 0, 5381);
  return isClone && majorVersion >= 12 ? hash(viz.getPathId()) : viz.getLegacyPanelId();
}

export class DashboardScene extends SceneObjectBase<DashboardState> {
  static Component = DashboardRenderer;
  protected override _urlSync = new SceneObjectUrlSyncConfig(this, { keys: ['viewPanel'] });

  constructor(state: DashboardState) {
    super(state);
    this.addActivationHandler(() => {
      const before = page.__grafanaSceneContext;
      page.__grafanaSceneContext = this;
      return () => {
        if (bootData.standIn.leakRunningCount && (this.queryController()?.runningQueriesCount() ?? 0) > 0) {
          page.__grafanaRunningQueryCount = (page.__grafanaRunningQueryCount ?? 0) + 1;
        }
        if (page.__grafanaSceneContext === this) {
          page.__grafanaSceneContext = before;
        }
      };
    });
  }

  queryController(): QueryController | undefined {
    return this.state.$behaviors?.find((b) => typeof b === 'object' && 'isQueryController' in b) as QueryController | undefined;
  }

  getUrlState(): SceneObjectUrlValues {
    return { viewPanel: this.state.viewPanel };
  }

  updateFromUrl(values: SceneObjectUrlValues): void {
    const wanted = values['viewPanel'];
    const viewPanel = typeof wanted === 'string' && wanted !== '' ? wanted : undefined;
    if (viewPanel !== this.state.viewPanel) {
      this.setState({ viewPanel });
    }
  }

  /** Called by the query runners: the headers of /api/ds/query are made from this. */
  enrichDataRequest(from: SceneObject): Partial<DataQueryRequest> {
    let panel: SceneObject | undefined = from;
    while (panel && !(panel instanceof VizPanel)) {
      panel = panel.parent;
    }
    const viz = panel instanceof VizPanel ? panel : undefined;
    return {
      app: CoreApp.Dashboard,
      dashboardUID: this.state.uid,
      dashboardTitle: encodeURIComponent(this.state.title),
      panelId: viz && panelIdOf(viz),
      panelName: viz && encodeURIComponent(viz.state.title),
      panelPluginId: viz?.state.pluginId,
    } as Partial<DataQueryRequest>;
  }
}
