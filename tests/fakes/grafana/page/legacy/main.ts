// Entry of the older front end.
import { isBootHung } from '../common/bootData';

if (!isBootHung) {
  document.getElementById('reactRoot')!.textContent = 'legacy';
}
