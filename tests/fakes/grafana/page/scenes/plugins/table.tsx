// Table, drawn by @grafana/ui.
import { PanelPlugin, type PanelProps } from '@grafana/data';
import { Table } from '@grafana/ui';
import { useMemo, type ReactNode } from 'react';
import { withDisplay } from './display';
import { NoData } from './NoData';
import { Stamped } from './Stamp';

function TablePanel({ data, width, height, fieldConfig }: PanelProps): ReactNode {
  const frame = useMemo(() => withDisplay(data.series)[0], [data.series]);
  if (!frame?.length) {
    return <NoData fieldConfig={fieldConfig} height={height} />;
  }
  return (
    <Stamped series={data.series}>
      <Table data={frame} width={width} height={height} />
    </Stamped>
  );
}

export const plugin = new PanelPlugin(TablePanel).useFieldConfig();
