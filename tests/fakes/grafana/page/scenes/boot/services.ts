// Hands Grafana's libraries the services that Grafana's application would give them.
import { EventBusSrv } from '@grafana/data';
import {
  setAppEvents, setBackendSrv, setDataSourceSrv, setEchoSrv, setPluginImportUtils, setRunRequest, setTemplateSrv,
} from '@grafana/runtime';
import { page } from '../../common/bootData';
import { dataSourceSrv } from '../data/datasources';
import { runRequest } from '../data/runRequest';
import { backendSrv } from './backendSrv';
import { pluginImportUtils } from './pluginLoader';
import { setUpRegistries } from './registries';
import { shareModules } from './sharedModules';
import { templateSrv } from './templateSrv';

export function setUpServices(): void {
  setUpRegistries();
  shareModules();
  setAppEvents(new EventBusSrv());
  setEchoSrv({ flush: () => undefined, addBackend: () => undefined, addEvent: () => undefined } as never);
  setBackendSrv(backendSrv);
  setDataSourceSrv(dataSourceSrv);
  setTemplateSrv(templateSrv);
  setRunRequest(runRequest as never);
  setPluginImportUtils(pluginImportUtils as never);
  // Legacy entry points that scripts still probe; the scenes front end answers them from the active scene.
  page.grafanaRuntime = {
    getDashboardSaveModel: () => undefined,
    getDashboardTimeRange: () => undefined,
    getPanelData: () => ({}),
  };
}
