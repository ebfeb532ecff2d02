// The application: theme, router on Grafana's own history, one page or the other.
import { ThemeContext } from '@grafana/data';
import { config, locationService, LocationServiceProvider } from '@grafana/runtime';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { useEffect, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { Router, type Navigator } from 'react-router-dom';
import { sayInitialised } from '../common/bootData';
import { DashboardPage } from './pages/DashboardPage';
import { SoloPage } from './pages/SoloPage';

const history = locationService.getHistory();
const subscribe = (changed: () => void) => history.listen(changed);
const current = () => history.location;

function Page(): ReactNode {
  const location = useSyncExternalStore(subscribe, current);
  const query = useMemo(() => new URLSearchParams(location.search), [location.search]);
  const [, kind, uid] = location.pathname.split('/');
  if (kind === 'd' && uid) {
    return <DashboardPage uid={decodeURIComponent(uid)} query={query} key="d" />;
  }
  if (kind === 'd-solo' && uid) {
    return <SoloPage uid={decodeURIComponent(uid)} query={query} key="solo" />;
  }
  return <div data-testid="data-testid entity-not-found">Page not found</div>;
}

export function App(): ReactNode {
  const location = useSyncExternalStore(subscribe, current);
  useEffect(sayInitialised, []);
  return (
    <ThemeContext.Provider value={config.theme2}>
      <GlobalStyles />
      <LocationServiceProvider service={locationService}>
        <Router location={location} navigator={history as unknown as Navigator}>
          <Page />
        </Router>
      </LocationServiceProvider>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}
