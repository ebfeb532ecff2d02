// Table, drawn by @grafana/ui.
import { identityOverrideProcessor, PanelPlugin, type PanelProps } from '@grafana/data';
import { TableCellDisplayMode } from '@grafana/schema';
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

export const plugin = new PanelPlugin(TablePanel).useFieldConfig({
  useCustomConfig: (builder) =>
    builder.addCustomEditor({
      id: 'cellOptions',
      path: 'cellOptions',
      name: 'cellOptions',
      defaultValue: { type: TableCellDisplayMode.Auto },
      editor: () => null,
      override: () => null,
      process: identityOverrideProcessor as never,
      shouldApply: () => true,
    }),
});
