// Stands where a library panel will be.
import { PanelPlugin } from '@grafana/data';

export const plugin = new PanelPlugin(() => <div>Loading library panel</div>);
