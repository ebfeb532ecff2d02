// Entry of the scenes front end.
import { createRoot } from 'react-dom/client';
import { isBootHung } from '../common/bootData';
import { App } from './App';
import { setUpServices } from './boot/services';
import { installRenderBinding } from './pages/renderBinding';

if (!isBootHung) {
  setUpServices();
  installRenderBinding();
  createRoot(document.getElementById('reactRoot')!).render(<App />);
}
