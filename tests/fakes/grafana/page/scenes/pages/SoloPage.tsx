// /d-solo/:uid?panelId=. Every change of the address throws the scene off the page and loads the dashboard again.
import { UrlSyncContextProvider, type VizPanel } from '@grafana/scenes';
import { useEffect, useState, type CSSProperties, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { bootData, majorVersion } from '../../common/bootData';
import { activateRepeats, areVariablesLoading, findPanel } from '../scene/findPanel';
import type { DashboardScene } from '../scene/DashboardScene';
import { loadScene, toLoadError, type LoadError } from '../scene/loader';
import { startViewProfile } from './renderBinding';
import { DashboardPageError, PageLoader } from './errors';

const NOT_FOUND_AFTER_MS = 500;
const LOOK_AGAIN_MS = 50;
const hasLateDrop = bootData.standIn.cancelFirstQuery;
const MARK: CSSProperties = { position: 'fixed', top: 8, right: 12, fontSize: 11, pointerEvents: 'none', transition: 'opacity 0.3s' };
const FRAME: CSSProperties = { position: 'fixed', inset: 0, padding: 0 };

export function SoloPage({ uid, query }: { uid: string; query: URLSearchParams }): ReactNode {
  const [scene, setScene] = useState<DashboardScene>();
  const [error, setError] = useState<LoadError>();
  useEffect(() => {
    let isWanted = true;
    setError(undefined);
    loadScene(uid).then(
      (loaded) => {
        const show = () => {
          if (isWanted) {
            startViewProfile(loaded);
            setScene(loaded);
          }
        };
        if (isWanted && hasLateDrop) {
          flushSync(() => setScene(undefined)); // what it has begun to ask is given up; not merged with the next state
          setTimeout(show, 0);
        } else {
          show();
        }
      },
      (err) => isWanted && setError(toLoadError(err))
    );
    return () => {
      isWanted = false;
      if (!hasLateDrop) {
        setScene(undefined);
      }
    };
  }, [uid, query]);
  if (error) {
    return <DashboardPageError error={error} />;
  }
  if (!scene) {
    return <PageLoader />;
  }
  return (
    <UrlSyncContextProvider scene={scene} updateUrlOnInit>
      <SoloPanel dashboard={scene} wanted={query.get('panelId') ?? ''} />
    </UrlSyncContextProvider>
  );
}

function SoloPanel({ dashboard, wanted }: { dashboard: DashboardScene; wanted: string }): ReactNode {
  const [panel, setPanel] = useState<VizPanel>();
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    const end = dashboard.activate();
    const endRepeats = activateRepeats(dashboard);
    const stop = look(dashboard, wanted, setPanel, () => setMissing(true));
    return () => {
      stop();
      endRepeats();
      end();
    };
  }, [dashboard, wanted]);
  if (isMissing) {
    return <div style={{ padding: 16 }}>Panel not found</div>;
  }
  return (
    <div style={FRAME} className="panel-solo-scenes">
      {panel ? <panel.Component model={panel} /> : <PageLoader />}
      {majorVersion >= 13 && <PoweredBy />}
    </div>
  );
}

/** The mark that newer versions put over a solo panel; it fades when the mouse comes in. `hideLogo` keeps it away. */
function PoweredBy(): ReactNode {
  const [isFaded, setFaded] = useState(false);
  useEffect(() => {
    const fade = () => setFaded(true);
    document.addEventListener('mouseenter', fade, { once: true });
    document.addEventListener('mousemove', fade, { once: true });
    return () => {
      document.removeEventListener('mouseenter', fade);
      document.removeEventListener('mousemove', fade);
    };
  }, []);
  if (new URLSearchParams(window.location.search).has('hideLogo')) {
    return null;
  }
  return (
    <div className="powered-by-grafana" style={{ ...MARK, opacity: isFaded ? 0 : 0.7 }}>
      Powered by Grafana
    </div>
  );
}

/** Looks for the panel now and, as repeats come late, until half a second after the variables are there. */
function look(dashboard: DashboardScene, wanted: string, onFound: (panel: VizPanel) => void, onMissing: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let loadedAtMs = 0;
  const step = () => {
    const panel = findPanel(dashboard, wanted);
    if (panel) {
      return onFound(panel);
    }
    if (areVariablesLoading(dashboard)) {
      loadedAtMs = 0;
    } else if (loadedAtMs === 0) {
      loadedAtMs = Date.now();
    } else if (Date.now() - loadedAtMs > NOT_FOUND_AFTER_MS) {
      return onMissing();
    }
    timer = setTimeout(step, LOOK_AGAIN_MS);
  };
  step();
  return () => clearTimeout(timer);
}
