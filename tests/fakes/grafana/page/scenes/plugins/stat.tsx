// Stat: a big number over a sparkline.
import { PanelPlugin, VizOrientation, type FieldDisplay, type PanelProps } from '@grafana/data';
import { config } from '@grafana/runtime';
import { BigValue, BigValueColorMode, BigValueGraphMode, BigValueJustifyMode, BigValueTextMode, VizRepeater } from '@grafana/ui';
import type { ReactNode } from 'react';
import { NoData } from './NoData';
import { valuesOf, type SingleOptions } from './single';
import { Stamped } from './Stamp';

interface Options extends SingleOptions {
  colorMode?: BigValueColorMode;
  graphMode?: BigValueGraphMode;
  justifyMode?: BigValueJustifyMode;
  textMode?: BigValueTextMode;
}

function StatPanel(props: PanelProps<Options>): ReactNode {
  const { data, width, height, options, fieldConfig, renderCounter } = props;
  if (!data.series.length) {
    return <NoData fieldConfig={fieldConfig} height={height} />;
  }
  return (
    <Stamped series={data.series}>
      <VizRepeater<FieldDisplay>
        getValues={() => valuesOf(props, options.graphMode !== BigValueGraphMode.None)}
        source={data}
        renderCounter={renderCounter}
        width={width}
        height={height}
        orientation={(options.orientation ?? 'auto') as VizOrientation}
        autoGrid
        renderValue={({ value, width: w, height: h, count }) => (
          <BigValue
            value={value.display}
            sparkline={value.sparkline}
            count={count}
            width={w}
            height={h}
            colorMode={options.colorMode ?? BigValueColorMode.Value}
            graphMode={options.graphMode ?? BigValueGraphMode.Area}
            justifyMode={options.justifyMode ?? BigValueJustifyMode.Auto}
            textMode={options.textMode ?? BigValueTextMode.Auto}
            theme={config.theme2}
          />
        )}
      />
    </Stamped>
  );
}

export const plugin = new PanelPlugin<Options>(StatPanel).useFieldConfig() as unknown as PanelPlugin;
