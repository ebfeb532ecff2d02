// $variables in strings: everything is asked of the scene object that the request came from.
import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import { sceneGraph, type SceneObject } from '@grafana/scenes';
import { page } from '../../common/bootData';

function sceneOf(scopedVars?: ScopedVars): SceneObject | undefined {
  const held = scopedVars?.['__sceneObject']?.value as { valueOf(): SceneObject } | undefined;
  return held?.valueOf() ?? (page.__grafanaSceneContext as SceneObject | undefined);
}

export const templateSrv: TemplateSrv = {
  getVariables: () => [],
  containsTemplate: (text) => Boolean(text && /\$\w|\[\[|\$\{/.test(text)),
  updateTimeRange: () => undefined,
  replace: (target, scopedVars, format) => {
    const scene = sceneOf(scopedVars);
    return target && scene ? sceneGraph.interpolate(scene, target, scopedVars, format as never) : (target ?? '');
  },
};
