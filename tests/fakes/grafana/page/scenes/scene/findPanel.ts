// A panel by what stands in the URL: a number, a key (`panel-3`) or a path id (`value$panel-3`).
import { PATH_ID_SEPARATOR, sceneGraph, VizPanel, type SceneObject } from '@grafana/scenes';
import { DashboardGridItem } from './DashboardGridItem';
import type { DashboardScene } from './DashboardScene';
import { RowRepeater } from './RowRepeater';

export function findPanel(dashboard: DashboardScene, wanted: string): VizPanel | undefined {
  const key = /^\d+$/.test(wanted) ? `panel-${wanted}` : wanted;
  const panels = sceneGraph.findAllObjects(dashboard, (o) => o instanceof VizPanel) as VizPanel[];
  const byPath = key.includes(PATH_ID_SEPARATOR) ? panels.find((p) => p.getPathId() === key) : undefined;
  return byPath ?? panels.find((p) => p.state.key === key);
}

const isRepeater = (o: SceneObject) => (o instanceof DashboardGridItem && Boolean(o.state.variableName)) || o instanceof RowRepeater;

/**
 * Repeats are made by grid items, which a solo page never mounts: wake them and everything above them, or they do not
 * hear of the variables. Returns what puts them to sleep again.
 */
export function activateRepeats(dashboard: DashboardScene): () => void {
  const asleep = new Set<SceneObject>();
  for (const item of sceneGraph.findAllObjects(dashboard, isRepeater)) {
    for (let o: SceneObject | undefined = item; o && o !== dashboard; o = o.parent) {
      asleep.add(o);
    }
  }
  const ends = [...asleep].map((o) => o.activate());
  return () => ends.forEach((end) => end());
}

export function areVariablesLoading(dashboard: DashboardScene): boolean {
  return (dashboard.state.$variables?.state.variables ?? []).some((v) => v.state.loading);
}
