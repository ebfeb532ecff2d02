// Entry of the scenes front end.
import { createRoot } from 'react-dom/client';
import { bootData, isBootHung } from '../common/bootData';
import { exchangeTraces } from '../common/traces';
import { App } from './App';
import { setUpServices } from './boot/services';
import { installRenderBinding } from './pages/renderBinding';

if (!isBootHung) {
  setUpServices();
  if (bootData.standIn.hasTraces) {
    void exchangeTraces();
  }
  installRenderBinding();
  createRoot(document.getElementById('reactRoot')!).render(<App />);
}
