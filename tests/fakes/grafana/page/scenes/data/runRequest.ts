// A request to a data source as a stream of PanelData: Loading if it takes longer, then Done, Error or Streaming.
import { DataTopic, LoadingState, toDataFrame, type DataFrame, type DataQueryRequest, type DataQueryResponse, type DataSourceApi, type PanelData } from '@grafana/data';
import { toDataQueryError } from '@grafana/runtime';
import { catchError, concatMap, from, isObservable, map, merge, of, share, takeUntil, timer, type Observable } from 'rxjs';

const LOADING_AFTER_MS = 200;
const STREAM_EVERY_MS = 500;

const isStream = (frame: DataFrame | undefined) => Boolean(frame?.meta?.custom?.['isStream']);

function dataOf(request: DataQueryRequest, answer: DataQueryResponse): PanelData {
  const frames = answer.data.map((d) => toDataFrame(d));
  const errors = answer.errors ?? (answer.error ? [answer.error] : undefined);
  return {
    state: answer.state ?? (errors?.length ? LoadingState.Error : LoadingState.Done),
    series: frames.filter((f) => f.meta?.dataTopic !== DataTopic.Annotations),
    annotations: frames.filter((f) => f.meta?.dataTopic === DataTopic.Annotations),
    timeRange: request.range,
    request,
    error: errors?.[0],
    errors,
  };
}

/** A streaming panel: the frames again and again with a new last value, never done. */
function streamOf(data: PanelData): Observable<PanelData> {
  return timer(0, STREAM_EVERY_MS).pipe(
    map((beat) => ({
      ...data,
      state: LoadingState.Streaming,
      series: data.series.map((frame) => ({
        ...frame,
        fields: frame.fields.map((f) => (f.type === 'number' ? { ...f, values: [...f.values.slice(0, -1), f.values[f.values.length - 1] + (beat % 5)] } : f)),
      })),
    }))
  );
}

export function runRequest(datasource: DataSourceApi, request: DataQueryRequest): Observable<PanelData> {
  const empty: PanelData = { state: LoadingState.Loading, series: [], timeRange: request.range, request };
  if (!request.targets.length) {
    return of({ ...empty, state: LoadingState.Done });
  }
  const asked = datasource.query(request);
  const answers = (isObservable(asked) ? asked : from(asked)).pipe(
    map((answer) => dataOf(request, answer)),
    concatMap((data) => (isStream(data.series[0]) ? streamOf(data) : of(data))),
    catchError((err) => {
      const error = toDataQueryError(err);
      return of({ ...empty, state: LoadingState.Error, error, errors: [error] });
    }),
    share()
  );
  const loading = timer(LOADING_AFTER_MS).pipe(map(() => empty), takeUntil(answers));
  return merge(loading, answers);
}
