// One number per series: what stat, gauge and bar gauge have in common.
import { getFieldDisplayValues, type FieldDisplay, type PanelProps, type ReduceDataOptions } from '@grafana/data';
import { config } from '@grafana/runtime';

export interface SingleOptions {
  reduceOptions?: ReduceDataOptions;
  orientation?: 'auto' | 'horizontal' | 'vertical';
}

const REDUCE: ReduceDataOptions = { calcs: ['lastNotNull'], fields: '', values: false };

export function valuesOf({ data, options, fieldConfig, replaceVariables, timeZone }: PanelProps<SingleOptions>, hasSparkline = false): FieldDisplay[] {
  return getFieldDisplayValues({
    fieldConfig,
    reduceOptions: { ...REDUCE, ...options.reduceOptions },
    replaceVariables,
    theme: config.theme2,
    data: data.series,
    sparkline: hasSparkline,
    timeZone,
  });
}
