// /d-solo/:uid of the older front end: looks at its address once, when it is mounted, and never again.
import { fetchDashboard, unfold, valuesFromUrl, type DashboardJson, type PanelJson } from './model';
import { PanelView } from './panel';
import type { PanelData } from './query';
import { rangeFromUrl, rangeOf, type Range } from './time';

export class SoloPage {
  private view?: PanelView;
  private panel?: PanelJson;
  private range?: Range;
  private dashboard?: DashboardJson;

  constructor(
    private readonly root: HTMLElement,
    readonly uid: string
  ) {
    root.innerHTML = '<div class="panel-solo">Loading &amp; initializing dashboard</div>';
  }

  async start(query: URLSearchParams): Promise<void> {
    const dashboard = (this.dashboard = await fetchDashboard(this.uid));
    this.range = rangeFromUrl(query) ?? rangeOf(dashboard.time.from, dashboard.time.to);
    const id = Number(query.get('panelId'));
    const panels = unfold(dashboard, valuesFromUrl(dashboard, query)).flatMap((p) => (p.type === 'row' ? (p.panels ?? []) : [p]));
    this.panel = panels.find((p) => p.id === id);
    if (!this.panel) {
      throw new Error(`Panel with id ${id} not found`);
    }
    const box = this.root.querySelector('.panel-solo')!;
    box.textContent = '';
    this.view = new PanelView(this.uid, this.panel);
    box.append(this.view.root);
    this.view.show(this.panel, this.range);
    new ResizeObserver(() => this.view?.redraw()).observe(box);
  }

  change(): void {
    // Grafana 9 and 10 do not react either.
  }

  stop(): void {
    this.view?.stop();
  }

  panelData(): Record<number, PanelData> {
    return this.panel && this.view?.data ? { [this.panel.id]: this.view.data } : {};
  }

  timeRange(): Range | undefined {
    return this.range;
  }

  saveModel(): DashboardJson | undefined {
    return this.dashboard;
  }
}
