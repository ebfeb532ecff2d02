// Time series, drawn by @grafana/ui on uPlot.
import { FieldColorModeId, identityOverrideProcessor, PanelPlugin, FieldConfigProperty, type Field, type FieldConfigEditorBuilder, type PanelProps } from '@grafana/data';
import { AxisPlacement, BarAlignment, GraphDrawStyle, GraphGradientMode, GraphThresholdsStyleMode, LegendDisplayMode, LineInterpolation, ScaleDistribution, StackingMode, VisibilityMode, type GraphFieldConfig, type VizLegendOptions } from '@grafana/schema';
import { TimeSeries } from '@grafana/ui';
import { useMemo, type ReactNode } from 'react';
import { withDisplay } from './display';
import { NoData } from './NoData';
import { Stamped } from './Stamp';

interface Options {
  legend: VizLegendOptions;
}

const LEGEND: VizLegendOptions = { displayMode: LegendDisplayMode.List, placement: 'bottom', showLegend: true, calcs: [] };

const CUSTOM: Record<string, unknown> = {
  drawStyle: GraphDrawStyle.Line,
  lineInterpolation: LineInterpolation.Linear,
  lineWidth: 1,
  fillOpacity: 0,
  gradientMode: GraphGradientMode.None,
  showPoints: VisibilityMode.Auto,
  pointSize: 5,
  spanNulls: false,
  insertNulls: false,
  barAlignment: BarAlignment.Center,
  axisPlacement: AxisPlacement.Auto,
  axisLabel: '',
  axisBorderShow: false,
  axisColorMode: 'text',
  axisCenteredZero: false,
  scaleDistribution: { type: ScaleDistribution.Linear },
  stacking: { mode: StackingMode.None, group: 'A' },
  thresholdsStyle: { mode: GraphThresholdsStyleMode.Off },
  hideFrom: { legend: false, tooltip: false, viz: false },
};

function addCustom(builder: FieldConfigEditorBuilder<GraphFieldConfig>): void {
  for (const [path, defaultValue] of Object.entries(CUSTOM)) {
    builder.addCustomEditor({
      id: path,
      path: path as never,
      name: path,
      defaultValue: defaultValue as never,
      editor: () => null,
      override: () => null,
      process: identityOverrideProcessor as never,
      shouldApply: (field: Field) => field.type === 'number',
    });
  }
}

function TimeSeriesPanel({ data, width, height, timeRange, timeZone, options, fieldConfig }: PanelProps<Options>): ReactNode {
  const frames = useMemo(() => withDisplay(data.series), [data.series]);
  if (!frames.some((f) => f.fields.some((field) => field.type === 'number') && f.length > 0)) {
    return <NoData fieldConfig={fieldConfig} height={height} />;
  }
  return (
    <Stamped series={data.series}>
      <TimeSeries
        frames={frames}
        structureRev={data.structureRev}
        timeRange={timeRange}
        timeZone={timeZone}
        width={width}
        height={height}
        legend={{ ...LEGEND, ...options.legend }}
      />
    </Stamped>
  );
}

export const plugin = new PanelPlugin<Options, GraphFieldConfig>(TimeSeriesPanel).useFieldConfig({
  standardOptions: { [FieldConfigProperty.Color]: { settings: { byValueSupport: true }, defaultValue: { mode: FieldColorModeId.PaletteClassic } } },
  useCustomConfig: addCustom,
}) as unknown as PanelPlugin;
