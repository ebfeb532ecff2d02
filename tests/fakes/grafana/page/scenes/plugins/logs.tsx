// Lines of a log, newest first.
import { dateTimeFormat, PanelPlugin, type PanelProps } from '@grafana/data';
import { config } from '@grafana/runtime';
import type { ReactNode } from 'react';
import { NoData } from './NoData';
import { Stamped } from './Stamp';

function colorOf(level: string): string {
  const { visualization } = config.theme2;
  return visualization.getColorByName(level === 'error' ? 'red' : level === 'warn' ? 'yellow' : 'green');
}

function LogsPanel({ data, height, timeZone, fieldConfig }: PanelProps): ReactNode {
  const frame = data.series[0];
  if (!frame?.length) {
    return <NoData fieldConfig={fieldConfig} height={height} />;
  }
  const [times, lines, levels] = frame.fields;
  const rows = Array.from({ length: frame.length }, (_, i) => i);
  return (
    <Stamped series={data.series}>
      <div style={{ height, overflow: 'auto', fontFamily: config.theme2.typography.fontFamilyMonospace, fontSize: 12 }}>
        {rows.map((i) => (
          <div key={i} style={{ display: 'flex', gap: 8, whiteSpace: 'nowrap', lineHeight: '20px' }}>
            <span style={{ width: 4, background: colorOf(levels!.values[i]), flexShrink: 0 }} />
            <span style={{ color: config.theme2.colors.text.secondary }}>{dateTimeFormat(times!.values[i], { timeZone })}</span>
            <span>{lines!.values[i]}</span>
          </div>
        ))}
      </div>
    </Stamped>
  );
}

export const plugin = new PanelPlugin(LogsPanel).useFieldConfig();
