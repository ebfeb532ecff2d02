// What a panel shows when there is nothing to show.
import type { PanelProps } from '@grafana/data';
import type { ReactNode } from 'react';

export function NoData({ fieldConfig, height }: Pick<PanelProps, 'fieldConfig' | 'height'>): ReactNode {
  return (
    <div style={{ height, display: 'flex', alignItems: 'center', justifyContent: 'center' }} data-testid="data-testid Panel data error message">
      {fieldConfig.defaults.noValue ?? 'No data'}
    </div>
  );
}
