// The data sources: our own, which asks /api/ds/query as every backend data source does, and Grafana's for annotations.
import { DataSourceApi, type AnnotationEvent, type DataQueryResponse, type DataSourceInstanceSettings, type MetricFindValue, type ScopedVars } from '@grafana/data';
import { config, DataSourceWithBackend, getTemplateSrv, type DataSourceSrv } from '@grafana/runtime';
import type { DataSourceRef } from '@grafana/schema';
import { backendSrv } from '../boot/backendSrv';
import type { StandInQuery } from './query';

class StandInDataSource extends DataSourceWithBackend<StandInQuery> {
  override applyTemplateVariables(query: StandInQuery, scopedVars: ScopedVars): StandInQuery {
    const replace = (text: string) => getTemplateSrv().replace(text, scopedVars, 'csv');
    return {
      ...query,
      ...(query.seed !== undefined && { seed: replace(query.seed) }),
      ...(query.names && { names: query.names.flatMap((name) => replace(name).split(',')) }),
    };
  }

  override async metricFindQuery(query: StandInQuery): Promise<MetricFindValue[]> {
    const now = Date.now();
    const names = query.names?.map((name) => getTemplateSrv().replace(name));
    const body = { queries: [{ ...query, names, refId: query.refId ?? 'metricFindQuery' }], from: String(now - 3_600_000), to: String(now) };
    const answer = await backendSrv.post<{ results: Record<string, { frames: { data: { values: string[][] } }[] }> }>(`/api/ds/query?ds_type=${this.type}`, body);
    const frame = Object.values(answer.results)[0]?.frames[0];
    return (frame?.data.values[0] ?? []).map((text) => ({ text }));
  }
}

class GrafanaDataSource extends DataSourceApi {
  override annotations = undefined;

  query(): Promise<DataQueryResponse> {
    return Promise.resolve({ data: [] });
  }

  override async annotationQuery(request: { range: { from: { valueOf(): number }; to: { valueOf(): number } } }): Promise<AnnotationEvent[]> {
    const params = { from: request.range.from.valueOf(), to: request.range.to.valueOf(), limit: 100, matchAny: false };
    return backendSrv.get<AnnotationEvent[]>('/api/annotations', params);
  }

  testDatasource(): Promise<{ status: string; message: string }> {
    return Promise.resolve({ status: 'success', message: '' });
  }
}

const grafanaSettings = {
  id: 0, uid: '-- Grafana --', type: 'grafana', name: '-- Grafana --', readOnly: true, access: 'proxy', jsonData: {},
  meta: { id: 'grafana', name: '-- Grafana --', type: 'datasource', info: {}, module: '', baseUrl: '', builtIn: true },
} as unknown as DataSourceInstanceSettings;

type Ref = DataSourceRef | string | null | undefined;

const isGrafana = (ref: Ref) => (typeof ref === 'string' ? ref : (ref?.uid ?? ref?.type)) === '-- Grafana --';
const settingsOf = (ref: Ref) => (isGrafana(ref) ? grafanaSettings : Object.values(config.datasources)[0]!);

let standIn: StandInDataSource | undefined;
let grafana: GrafanaDataSource | undefined;

export const dataSourceSrv: DataSourceSrv = {
  get: async (ref) => {
    if (isGrafana(ref)) {
      return (grafana ??= new GrafanaDataSource(grafanaSettings));
    }
    return (standIn ??= new StandInDataSource(settingsOf(ref))) as unknown as DataSourceApi;
  },
  getInstanceSettings: settingsOf,
  getList: () => Object.values(config.datasources),
  reload: () => Promise.resolve(),
  registerRuntimeDataSource: () => undefined,
} as DataSourceSrv;
