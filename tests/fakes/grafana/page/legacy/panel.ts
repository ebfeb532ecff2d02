// One panel's life: header, loading mark, query, drawing; and window.panelsRendered, which counts as Grafana 9 counts.
import { bootData, page } from '../common/bootData';
import type { PanelJson } from './model';
import { runQuery, type PanelData } from './query';
import type { Range } from './time';
import { fillData, fillText, hasQuery, isKnown } from './views';

/** After every draw of a panel that is done, and never after an error: a panel may so count several times. */
function countRendered(): void {
  page.panelsRendered = (page.panelsRendered ?? 0) + 1;
}

const keyOf = (panel: PanelJson, range: Range) => JSON.stringify([panel.targets, range.from, range.to, range.raw]);

export class PanelView {
  readonly root: HTMLElement;
  data?: PanelData;
  private readonly content: HTMLElement;
  private readonly header: HTMLElement;
  private running?: AbortController;
  private askedFor = '';

  constructor(
    private readonly uid: string,
    private panel: PanelJson
  ) {
    this.root = document.createElement('section');
    this.root.className = 'panel-container';
    this.root.setAttribute('aria-label', `${panel.title} panel`);
    this.header = document.createElement('div');
    this.header.className = 'panel-header';
    this.header.dataset['testid'] = `data-testid Panel header ${panel.title}`;
    this.content = document.createElement('div');
    this.content.className = 'panel-content';
    this.root.append(this.header, this.content);
    this.drawHeader();
  }

  /** Called once the box has its size, and again for each range. */
  show(panel: PanelJson, range: Range): void {
    this.panel = panel;
    if (!isKnown(panel.type)) {
      this.content.textContent = `Panel plugin not found: ${panel.type}`;
      return;
    }
    if (!hasQuery(panel)) {
      if (this.askedFor === '') {
        this.askedFor = 'text';
        fillText(this.content, panel);
        countRendered();
      }
      return;
    }
    const key = keyOf(panel, range);
    if (key !== this.askedFor) {
      this.askedFor = key;
      void this.query(range);
    }
  }

  /** The box changed its size: what is there is drawn again, nothing is asked. */
  redraw(): void {
    if (this.data && this.data.state !== 'Loading') {
      this.draw();
    }
  }

  stop(): void {
    this.running?.abort();
  }

  private async query(range: Range): Promise<void> {
    this.running?.abort();
    const mine = (this.running = new AbortController());
    this.data = { state: 'Loading', series: this.data?.series ?? [], timeRange: range };
    this.drawHeader();
    const data = await runQuery(bootData.settings.appSubUrl, this.uid, this.panel, range, this.content.clientWidth, mine.signal);
    if (!mine.signal.aborted) {
      this.data = data;
      this.draw();
    }
  }

  private draw(): void {
    this.drawHeader();
    fillData(this.content, this.panel, this.data!);
    if (this.data!.state === 'Done') {
      countRendered();
    }
  }

  private drawHeader(): void {
    this.header.textContent = this.panel.title;
    const mark = document.createElement('span');
    if (this.data?.state === 'Loading') {
      mark.className = 'panel-loading';
      mark.textContent = '◌';
      this.header.append(mark);
    } else if (this.data?.state === 'Error') {
      mark.className = 'panel-info-corner';
      mark.setAttribute('aria-label', 'Panel header error');
      mark.textContent = '!';
      mark.title = this.data.error?.message ?? '';
      this.header.append(mark);
    }
  }
}
