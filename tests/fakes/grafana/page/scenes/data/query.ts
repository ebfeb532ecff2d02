// A query of the stand-in's data source; what the fields do is said in the server's data/frames.ts.
import type { DataQuery } from '@grafana/schema';

export interface StandInQuery extends DataQuery {
  shape?: 'series' | 'values' | 'table' | 'logs' | 'options' | 'annotations';
  seed?: string;
  names?: string[];
  points?: number;
  steady?: unknown;
}
