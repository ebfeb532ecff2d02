// A panel whose drawing throws: React's error boundary shows an alert in its place.
import { PanelPlugin } from '@grafana/data';

function CrashPanel(): never {
  throw new Error('panel crashed while drawing');
}

export const plugin = new PanelPlugin(CrashPanel);
