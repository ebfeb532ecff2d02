// /d/:uid of the older front end: reacts to range, variables and uid; ignores one viewPanel straight after another.
import { fetchDashboard, unfold, valuesFromUrl, type DashboardJson, type PanelJson } from './model';
import { PanelView } from './panel';
import type { PanelData } from './query';
import { rangeFromUrl, rangeOf, type Range } from './time';

const CELL_PX = 30;
const GAP_PX = 8;

interface Place {
  panel: PanelJson;
  box: HTMLElement;
  view: PanelView;
  isLoaded: boolean;
}

export class DashboardPage {
  private dashboard?: DashboardJson;
  private range?: Range;
  private places: Place[] = [];
  private viewPanel: string | null = null;
  private shape = '';
  private readonly scroll: HTMLElement;
  private readonly observer: IntersectionObserver;

  constructor(
    root: HTMLElement,
    readonly uid: string
  ) {
    root.innerHTML = '<main><div class="scrollbar-view"><div class="dashboard-loading">Loading &amp; initializing dashboard</div></div></main>';
    this.scroll = root.querySelector('.scrollbar-view')!;
    this.observer = new IntersectionObserver((seen) => this.onSeen(seen), { root: this.scroll, rootMargin: '100px' });
  }

  async start(query: URLSearchParams): Promise<void> {
    this.dashboard = await fetchDashboard(this.uid);
    this.range = rangeFromUrl(query) ?? rangeOf(this.dashboard.time.from, this.dashboard.time.to);
    this.viewPanel = query.get('viewPanel');
    this.layOut(query);
  }

  change(query: URLSearchParams): void {
    if (!this.dashboard || !this.range) {
      return;
    }
    const next = rangeFromUrl(query);
    if (next && (next.raw.from !== this.range.raw.from || next.raw.to !== this.range.raw.to)) {
      this.range = next;
    }
    const viewPanel = query.get('viewPanel');
    if (!viewPanel || !this.viewPanel) {
      this.viewPanel = viewPanel;
    }
    this.layOut(query);
  }

  stop(): void {
    this.observer.disconnect();
    this.places.forEach((p) => p.view.stop());
  }

  /** By panel id, as window.grafanaRuntime.getPanelData gives it. */
  panelData(): Record<number, PanelData> {
    return Object.fromEntries(this.places.filter((p) => p.view.data).map((p) => [p.panel.id, p.view.data!]));
  }

  timeRange(): Range | undefined {
    return this.range;
  }

  saveModel(): DashboardJson | undefined {
    return this.dashboard;
  }

  private layOut(query: URLSearchParams): void {
    const panels = unfold(this.dashboard!, valuesFromUrl(this.dashboard!, query));
    const shape = JSON.stringify([this.viewPanel, panels.map((p) => [p.id, p.gridPos, p.title])]);
    if (shape !== this.shape) {
      this.shape = shape;
      this.build(panels);
      return;
    }
    this.places.forEach((place, i) => {
      place.panel = panels.filter((p) => p.type !== 'row')[i] ?? place.panel;
      if (place.isLoaded) {
        place.view.show(place.panel, this.range!);
      }
    });
  }

  private build(panels: PanelJson[]): void {
    this.stop();
    this.places = [];
    this.scroll.textContent = '';
    const grid = document.createElement('div');
    grid.className = 'react-grid-layout';
    this.scroll.append(grid);
    let bottom = 0;
    for (const panel of panels) {
      const { y, h } = panel.gridPos;
      bottom = Math.max(bottom, (y + h) * (CELL_PX + GAP_PX));
      if (!this.viewPanel || String(panel.id) === this.viewPanel) {
        grid.append(panel.type === 'row' ? rowBox(panel) : this.panelBox(panel));
      }
    }
    grid.style.height = this.viewPanel ? '85vh' : `${bottom}px`;
    this.places.forEach((p) => this.observer.observe(p.box));
  }

  private panelBox(panel: PanelJson): HTMLElement {
    const box = gridBox(panel);
    box.dataset['panelid'] = String(panel.id);
    if (this.viewPanel) {
      box.classList.add('react-grid-item--fullscreen');
      Object.assign(box.style, { left: '0', top: '0', width: '100%', height: '85vh' });
    }
    this.places.push({ panel, box, view: new PanelView(this.uid, panel), isLoaded: false });
    return box;
  }

  private onSeen(entries: IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const place = this.places.find((p) => p.box === entry.target);
      if (place && entry.isIntersecting && !place.isLoaded) {
        place.isLoaded = true;
        place.box.append(place.view.root);
        place.view.show(place.panel, this.range!);
        new ResizeObserver(() => place.view.redraw()).observe(place.box);
      }
    }
  }
}

function gridBox(panel: PanelJson): HTMLElement {
  const { x, y, w, h } = panel.gridPos;
  const box = document.createElement('div');
  box.className = 'react-grid-item';
  const column = (n: number) => `calc((100% + ${GAP_PX}px) / 24 * ${n})`;
  Object.assign(box.style, {
    left: column(x),
    top: `${y * (CELL_PX + GAP_PX)}px`,
    width: `calc((100% + ${GAP_PX}px) / 24 * ${w} - ${GAP_PX}px)`,
    height: `${h * (CELL_PX + GAP_PX) - GAP_PX}px`,
  });
  return box;
}

function rowBox(panel: PanelJson): HTMLElement {
  const box = gridBox(panel);
  box.innerHTML = '<div class="dashboard-row" data-testid="dashboard-row-container"></div>';
  box.firstElementChild!.classList.toggle('dashboard-row--collapsed', Boolean(panel.collapsed));
  box.firstElementChild!.textContent = `${panel.collapsed ? '▸' : '▾'} ${panel.title}`;
  return box;
}
