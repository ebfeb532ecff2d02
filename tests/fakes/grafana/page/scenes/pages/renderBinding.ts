// Grafana 13 tells a renderer that its page is drawn, by a function that the renderer put there. It does so once per
// load, when the profile of the view is complete: two seconds of frames after the last query.
import { performanceUtils } from '@grafana/scenes';
import { bootData, majorVersion, page } from '../../common/bootData';
import type { DashboardScene } from '../scene/DashboardScene';

const VIEW = 'dashboard_view';
let hasSpoken = false;

function isRenderTarget(): boolean {
  return (
    window.location.pathname.startsWith(`${bootData.settings.appSubUrl}/d-solo/`) ||
    bootData.user.authenticatedBy === 'render' ||
    typeof page.__grafanaImageRendererMessageChannel === 'function'
  );
}

export function installRenderBinding(): void {
  if (majorVersion < 13 || !isRenderTarget()) {
    return;
  }
  performanceUtils.getScenePerformanceTracker().addObserver({
    onDashboardInteractionComplete: (data) => {
      if (data.interactionType === VIEW && !hasSpoken) {
        hasSpoken = true;
        page.__grafanaImageRendererMessageChannel?.(JSON.stringify({ type: 'REPORT_RENDER_COMPLETE', data: { success: true } }));
      }
    },
  });
}

export function startViewProfile(scene: DashboardScene): void {
  scene.queryController()?.startProfile(VIEW);
}
