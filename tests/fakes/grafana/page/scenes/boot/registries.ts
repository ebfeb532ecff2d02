// Standard field options: without them thresholds, colours and units of the dashboards' JSON have no effect.
import {
  booleanOverrideProcessor, dataLinksOverrideProcessor, displayNameOverrideProcessor, identityOverrideProcessor,
  numberOverrideProcessor, standardEditorsRegistry, standardFieldConfigEditorRegistry, stringOverrideProcessor,
  thresholdsOverrideProcessor, unitOverrideProcessor, valueMappingsOverrideProcessor, FieldType,
  type Field, type FieldConfigPropertyItem,
} from '@grafana/data';

const noEditor = () => null;
const isNumber = (field: Field) => field.type === FieldType.number;
const always = () => true;

type Item = FieldConfigPropertyItem;

function item(id: string, process: unknown, shouldApply: (field: Field) => boolean = always, defaultValue?: unknown): Item {
  return {
    id,
    path: id,
    name: id,
    editor: noEditor,
    override: noEditor,
    process: process as Item['process'],
    shouldApply,
    defaultValue,
    settings: {},
    category: ['Standard options'],
  } as Item;
}

const DEFAULT_THRESHOLDS = { mode: 'absolute', steps: [{ value: -Infinity, color: 'green' }, { value: 80, color: 'red' }] };

export function setUpRegistries(): void {
  standardEditorsRegistry.setInit(() => []);
  standardFieldConfigEditorRegistry.setInit(() => [
    item('unit', unitOverrideProcessor, isNumber),
    item('min', numberOverrideProcessor, isNumber),
    item('max', numberOverrideProcessor, isNumber),
    item('fieldMinMax', booleanOverrideProcessor, isNumber),
    item('decimals', numberOverrideProcessor, isNumber),
    item('displayName', displayNameOverrideProcessor),
    item('color', identityOverrideProcessor, always, { mode: 'thresholds' }),
    item('noValue', stringOverrideProcessor),
    item('links', dataLinksOverrideProcessor),
    item('mappings', valueMappingsOverrideProcessor, always, []),
    item('thresholds', thresholdsOverrideProcessor, always, DEFAULT_THRESHOLDS),
  ]);
}
