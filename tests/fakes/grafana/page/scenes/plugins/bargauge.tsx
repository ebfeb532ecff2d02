// Bar gauge, with its one second of transition: a picture taken too early shows bars on their way.
import { PanelPlugin, VizOrientation, type DisplayValueAlignmentFactors, type FieldDisplay, type PanelProps } from '@grafana/data';
import { config } from '@grafana/runtime';
import { BarGaugeDisplayMode } from '@grafana/schema';
import { BarGauge, VizRepeater } from '@grafana/ui';
import type { ReactNode } from 'react';
import { NoData } from './NoData';
import { valuesOf, type SingleOptions } from './single';
import { Stamped } from './Stamp';

interface Options extends SingleOptions {
  displayMode?: BarGaugeDisplayMode;
  showUnfilled?: boolean;
}

function longest(values: FieldDisplay[]): DisplayValueAlignmentFactors {
  const pick = (text: (v: FieldDisplay) => string) => values.map(text).reduce((a, b) => (b.length > a.length ? b : a), '');
  return { title: pick((v) => v.display.title ?? ''), text: pick((v) => v.display.text), suffix: pick((v) => v.display.suffix ?? '') };
}

function BarGaugePanel(props: PanelProps<Options>): ReactNode {
  const { data, width, height, options, fieldConfig, renderCounter } = props;
  if (!data.series.length) {
    return <NoData fieldConfig={fieldConfig} height={height} />;
  }
  const orientation = (options.orientation ?? 'horizontal') as VizOrientation;
  return (
    <Stamped series={data.series}>
      <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
        getAlignmentFactors={longest}
        getValues={() => valuesOf(props)}
        source={data}
        renderCounter={renderCounter}
        width={width}
        height={height}
        itemSpacing={8}
        orientation={orientation}
        renderValue={({ value, width: w, height: h, alignmentFactors }) => (
          <BarGauge
            value={value.display}
            width={w}
            height={h}
            orientation={orientation}
            field={value.field}
            display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
            theme={config.theme2}
            itemSpacing={8}
            lcdCellWidth={12}
            displayMode={options.displayMode ?? BarGaugeDisplayMode.Gradient}
            showUnfilled={options.showUnfilled ?? true}
            alignmentFactors={alignmentFactors}
          />
        )}
      />
    </Stamped>
  );
}

export const plugin = new PanelPlugin<Options>(BarGaugePanel).useFieldConfig() as unknown as PanelPlugin;
