// The dashboard page's inside: controls above, the grid below, or one panel that fills the page.
import type { SceneComponentProps } from '@grafana/scenes';
import type { CSSProperties, ReactNode } from 'react';
import type { DashboardScene } from './DashboardScene';
import { findPanel } from './findPanel';

const CONTROLS: CSSProperties = { display: 'flex', flexWrap: 'wrap', gap: 8, padding: '8px 16px', alignItems: 'flex-start' };
const BODY: CSSProperties = { display: 'flex', flexGrow: 1, padding: '0 16px 16px' };

const isTrue = (query: URLSearchParams, name: string) => ['true', '1', ''].includes(query.get(name) ?? 'no');

export function DashboardRenderer({ model }: SceneComponentProps<DashboardScene>): ReactNode {
  const { controls, body, viewPanel } = model.useState();
  const query = new URLSearchParams(window.location.search);
  const isHidden = isTrue(query, '_dash.hideTimePicker') && isTrue(query, '_dash.hideVariables');
  const viewed = viewPanel ? findPanel(model, viewPanel) : undefined;
  return (
    <div style={{ display: 'flex', flexDirection: 'column', minHeight: '100%' }}>
      {!isHidden && (
        <div style={CONTROLS} data-testid="data-testid dashboard controls">
          {controls.map((control) => (
            <control.Component key={control.state.key} model={control} />
          ))}
        </div>
      )}
      {viewPanel && viewed && (
        <div style={{ ...BODY, height: 'calc(100vh - 81px)', position: 'relative' }}>
          <viewed.Component model={viewed} />
        </div>
      )}
      {viewPanel && !viewed && <div>Panel not found</div>}
      {!viewPanel && (
        <div style={BODY}>
          <body.Component model={body} />
        </div>
      )}
    </div>
  );
}
