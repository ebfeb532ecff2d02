// What stands in a page that could not load its dashboard.
import { Alert } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { LoadError } from '../scene/loader';

export function DashboardPageError({ error }: { error: LoadError }): ReactNode {
  const isMissing = error.status === 404;
  return (
    <div data-testid="dashboard-page-error" style={{ padding: 24 }}>
      {isMissing ? (
        <div data-testid="data-testid entity-not-found">
          <h1>Dashboard not found</h1>
          <p>We&apos;re looking but can&apos;t seem to find this dashboard. Try returning home.</p>
        </div>
      ) : (
        <Alert severity="error" title="Failed to load dashboard">
          {error.message}
        </Alert>
      )}
    </div>
  );
}

export function PageLoader(): ReactNode {
  return <div style={{ padding: 24 }}>Loading...</div>;
}
