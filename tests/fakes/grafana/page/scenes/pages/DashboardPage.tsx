// /d/:uid. A change of range or variables stays inside the scene; another uid loads another scene.
import { UrlSyncContextProvider } from '@grafana/scenes';
import { useEffect, useState, type CSSProperties, type ReactNode } from 'react';
import { bootData, majorVersion } from '../../common/bootData';
import type { DashboardScene } from '../scene/DashboardScene';
import { loadScene, toLoadError, type LoadError } from '../scene/loader';
import { startViewProfile } from './renderBinding';
import { DashboardPageError, PageLoader } from './errors';

/** Grafana 11 scrolls inside an element of this name; later ones let the window scroll. */
const SCROLL =
  majorVersion === 11
    ? { id: 'page-scrollbar', style: { height: '100vh', overflow: 'auto', display: 'flex', flexDirection: 'column' } as CSSProperties }
    : { style: { minHeight: '100vh', display: 'flex', flexDirection: 'column' } as CSSProperties };

const isKiosk = (query: URLSearchParams) => ['', '1', 'true', 'kiosk'].includes(query.get('kiosk') ?? 'no');

/** Grafana asks before one leaves a page with changes; the handler alone matters to whoever drives the browser. */
function useBeforeUnload(): void {
  useEffect(() => {
    const ask = () => undefined;
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, []);
}

export function DashboardPage({ uid, query }: { uid: string; query: URLSearchParams }): ReactNode {
  const [scene, setScene] = useState<DashboardScene>();
  const [error, setError] = useState<LoadError>();
  useBeforeUnload();
  useEffect(() => {
    let isWanted = true;
    setError(undefined);
    loadScene(uid).then(
      (loaded) => {
        if (isWanted) {
          startViewProfile(loaded);
          setScene(loaded);
        }
      },
      (err) => isWanted && setError(toLoadError(err))
    );
    return () => {
      isWanted = false;
      setScene(undefined);
    };
  }, [uid]);
  if (error) {
    return <DashboardPageError error={error} />;
  }
  return (
    <div {...SCROLL}>
      {!isKiosk(query) && <TopBar title={scene?.state.title ?? ''} />}
      {scene ? (
        <UrlSyncContextProvider scene={scene} updateUrlOnInit key={scene.state.key}>
          <scene.Component model={scene} />
        </UrlSyncContextProvider>
      ) : (
        <PageLoader />
      )}
    </div>
  );
}

function TopBar({ title }: { title: string }): ReactNode {
  return (
    <header style={{ height: 40, display: 'flex', alignItems: 'center', gap: 16, padding: '0 16px', borderBottom: '1px solid rgba(204, 204, 220, 0.12)' }}>
      <a href={`${bootData.settings.appSubUrl}/`}>Home</a>
      <span>Dashboards</span>
      <strong>{title}</strong>
    </header>
  );
}
