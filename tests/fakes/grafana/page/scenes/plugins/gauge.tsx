// Gauge: an arc. @grafana/ui no longer has one, so this is our own.
import { PanelPlugin, VizOrientation, type FieldDisplay, type PanelProps } from '@grafana/data';
import { config } from '@grafana/runtime';
import { VizRepeater } from '@grafana/ui';
import type { ReactNode } from 'react';
import { NoData } from './NoData';
import { valuesOf, type SingleOptions } from './single';
import { Stamped } from './Stamp';

const START = -Math.PI * 1.15;
const SWEEP = Math.PI * 1.3;

function arc(cx: number, cy: number, r: number, from: number, to: number): string {
  const at = (a: number) => `${(cx + r * Math.cos(a)).toFixed(2)} ${(cy + r * Math.sin(a)).toFixed(2)}`;
  return `M ${at(from)} A ${r.toFixed(2)} ${r.toFixed(2)} 0 ${to - from > Math.PI ? 1 : 0} 1 ${at(to)}`;
}

function Arc({ value, width, height }: { value: FieldDisplay; width: number; height: number }): ReactNode {
  const theme = config.theme2;
  const r = Math.max(10, Math.min(width * 0.42, height * 0.62));
  const cx = width / 2;
  const cy = height * 0.62;
  const stroke = r * 0.22;
  const share = Math.min(1, Math.max(0, value.display.percent ?? value.display.numeric / 100));
  return (
    <svg width={width} height={height} role="img">
      <path d={arc(cx, cy, r - stroke / 2, START, START + SWEEP)} stroke={theme.colors.background.secondary} strokeWidth={stroke} fill="none" />
      <path d={arc(cx, cy, r - stroke / 2, START, START + SWEEP * Math.max(share, 0.001))} stroke={value.display.color ?? theme.colors.text.primary} strokeWidth={stroke} fill="none" />
      <text x={cx} y={cy} textAnchor="middle" dominantBaseline="middle" fontSize={r * 0.36} fontWeight={500} fill={value.display.color ?? theme.colors.text.primary}>
        {`${value.display.prefix ?? ''}${value.display.text}${value.display.suffix ?? ''}`}
      </text>
    </svg>
  );
}

function GaugePanel(props: PanelProps<SingleOptions>): ReactNode {
  const { data, width, height, fieldConfig, renderCounter } = props;
  if (!data.series.length) {
    return <NoData fieldConfig={fieldConfig} height={height} />;
  }
  return (
    <Stamped series={data.series}>
      <VizRepeater<FieldDisplay>
        getValues={() => valuesOf(props)}
        source={data}
        renderCounter={renderCounter}
        width={width}
        height={height}
        orientation={VizOrientation.Auto}
        autoGrid
        renderValue={({ value, width: w, height: h }) => <Arc value={value} width={w} height={h} />}
      />
    </Stamped>
  );
}

export const plugin = new PanelPlugin<SingleOptions>(GaugePanel).useFieldConfig() as unknown as PanelPlugin;
