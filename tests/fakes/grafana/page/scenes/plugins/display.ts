// Fields that reach a panel without a display processor get one: units and colours hang on it.
import { getDisplayProcessor, type DataFrame } from '@grafana/data';
import { config } from '@grafana/runtime';

export function withDisplay(series: DataFrame[]): DataFrame[] {
  return series.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => (field.display ? field : { ...field, display: getDisplayProcessor({ field, theme: config.theme2 }) })),
  }));
}
