// Entry of the scenes front end.
import { createRoot } from 'react-dom/client';
import { bootData, isBootHung } from '../common/bootData';
import { exchangeTraces } from '../common/traces';
import { App } from './App';
import { setUpServices } from './boot/services';
import { installRenderBinding } from './pages/renderBinding';

function boot(): void {
  setUpServices();
  installRenderBinding();
  createRoot(document.getElementById('reactRoot')!).render(<App />);
}

if (!isBootHung) {
  if (bootData.standIn.hasTraces) {
    void exchangeTraces().then(boot); // first, so that a page that was seen has told what it found
  } else {
    boot();
  }
}
