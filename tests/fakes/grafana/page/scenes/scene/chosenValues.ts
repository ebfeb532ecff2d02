// The values that a variable has at the moment, "All" spelt out.
import type { MultiValueVariable } from '@grafana/scenes';

const toList = (v: unknown) => (Array.isArray(v) ? v : [v]).map(String);

export function chosenValues(variable: MultiValueVariable): { values: string[]; texts: string[] } {
  if (variable.hasAllValue()) {
    return { values: variable.state.options.map((o) => String(o.value)), texts: variable.state.options.map((o) => o.label) };
  }
  return { values: toList(variable.getValue()), texts: toList(variable.state.text) };
}
