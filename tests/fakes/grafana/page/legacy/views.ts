// What is inside a panel, by its kind.
import { bootData } from '../common/bootData';
import { drawChart } from './chart';
import type { PanelJson } from './model';
import type { Frame, PanelData } from './query';

const KNOWN = new Set(['timeseries', 'stat', 'gauge', 'bargauge', 'table', 'logs', 'text']);

export const isKnown = (type: string): boolean => KNOWN.has(type);
export const hasQuery = (panel: PanelJson): boolean => panel.type !== 'text' && isKnown(panel.type) && Boolean(panel.targets?.length);

function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

const lastOf = (frame: Frame) => (frame.data.values[1] as number[]).at(-1)!;
const nameOf = (frame: Frame) => frame.schema.fields[1]?.config?.displayNameFromDS ?? frame.schema.name ?? '';
const suffixOf = (panel: PanelJson) => ({ percent: '%', ms: ' ms' })[panel.fieldConfig?.defaults.unit ?? ''] ?? '';

function chartView(content: HTMLElement, panel: PanelJson, data: PanelData): void {
  const canvas = document.createElement('canvas');
  const legend = element('div', 'legend', data.series.map(nameOf).join('   '));
  content.append(canvas, legend);
  const box = { width: content.clientWidth, height: Math.max(20, content.clientHeight - legend.offsetHeight) };
  drawChart(canvas, box, data.series, data.timeRange, panel.fieldConfig?.defaults.color?.fixedColor, bootData.user.lightTheme);
}

function valueView(content: HTMLElement, panel: PanelJson, data: PanelData): void {
  const box = element('div', 'values');
  for (const frame of data.series) {
    const value = element('div', 'value', `${lastOf(frame)}${suffixOf(panel)}`);
    value.append(element('div', 'value-name', data.series.length > 1 ? nameOf(frame) : ''));
    box.append(value);
  }
  content.append(box);
}

function barView(content: HTMLElement, panel: PanelJson, data: PanelData): void {
  for (const frame of data.series) {
    const bar = element('div', 'bar');
    bar.style.width = `${lastOf(frame)}%`;
    const line = element('div', 'bar-line', `${nameOf(frame)} ${lastOf(frame)}${suffixOf(panel)}`);
    line.append(bar);
    content.append(line);
  }
}

function tableView(content: HTMLElement, data: PanelData): void {
  const frame = data.series[0]!;
  const table = document.createElement('table');
  const head = table.insertRow();
  frame.schema.fields.forEach((f) => head.append(element('th', '', f.name)));
  const rows = frame.data.values[0]?.length ?? 0;
  for (let i = 0; i < rows; i++) {
    const row = table.insertRow();
    frame.data.values.forEach((column, c) => {
      const cell = row.insertCell();
      cell.textContent = frame.schema.fields[c]!.type === 'time' ? new Date(column[i] as number).toISOString() : String(column[i]);
    });
  }
  content.append(table);
}

/** Enough of Markdown for the stand-in's own texts. */
function markdown(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const bold = line.replace(/\*\*(.+?)\*\*/g, '<b>$1</b>');
      const heading = /^(#+) (.*)$/.exec(bold);
      return heading ? `<h3>${heading[2]}</h3>` : /^(\*|\d+\.) /.test(bold) ? `<li>${bold.replace(/^(\*|\d+\.) /, '')}</li>` : `<p>${bold}</p>`;
    })
    .join('');
}

export function fillText(content: HTMLElement, panel: PanelJson): void {
  const text = panel.options?.content ?? '';
  content.innerHTML = panel.options?.mode === 'html' ? text : markdown(text);
}

export function fillData(content: HTMLElement, panel: PanelJson, data: PanelData): void {
  content.textContent = '';
  const stamp = data.series[0]?.schema.meta?.custom?.stamp;
  if (!data.series.length) {
    content.append(element('div', 'no-data', 'No data'));
    return;
  }
  switch (panel.type) {
    case 'timeseries':
      chartView(content, panel, data);
      break;
    case 'bargauge':
      barView(content, panel, data);
      break;
    case 'table':
    case 'logs':
      tableView(content, data);
      break;
    default:
      valueView(content, panel, data);
  }
  if (stamp) {
    const square = element('div', 'stamp');
    square.dataset['stamp'] = stamp;
    square.style.background = stamp;
    content.append(square);
  }
}
