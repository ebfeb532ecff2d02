// A line chart on a canvas, with axes whose labels say the range.
import type { Frame } from './query';
import type { Range } from './time';

const COLORS = ['#73bf69', '#f2cc0c', '#8ab8ff', '#ff780a', '#f2495c'];
const LEFT = 44;
const BOTTOM = 22;

interface Box {
  width: number;
  height: number;
}

function clock(ms: number): string {
  const d = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
}

function bounds(frames: Frame[]): [number, number] {
  const values = frames.flatMap((f) => f.data.values[1] as number[]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low - 1, high + 1] : [low, high];
}

function drawAxes(g: CanvasRenderingContext2D, box: Box, range: Range, low: number, high: number, textColor: string): void {
  g.font = '11px Helvetica, Arial, sans-serif';
  g.fillStyle = textColor;
  g.strokeStyle = 'rgba(128, 128, 128, 0.25)';
  for (let i = 0; i <= 4; i++) {
    const y = 4 + ((box.height - BOTTOM - 4) * i) / 4;
    g.beginPath();
    g.moveTo(LEFT, y);
    g.lineTo(box.width, y);
    g.stroke();
    g.fillText((high - ((high - low) * i) / 4).toFixed(1), 4, y + 4);
  }
  const steps = Math.max(1, Math.floor((box.width - LEFT) / 110));
  for (let i = 0; i < steps; i++) {
    const x = LEFT + ((box.width - LEFT) * i) / steps;
    g.fillText(clock(range.from + ((range.to - range.from) * i) / steps), x, box.height - 6);
  }
}

export function drawChart(canvas: HTMLCanvasElement, box: Box, frames: Frame[], range: Range, color: string | undefined, isLight: boolean): void {
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(box.width * scale);
  canvas.height = Math.round(box.height * scale);
  canvas.style.width = `${box.width}px`;
  canvas.style.height = `${box.height}px`;
  const g = canvas.getContext('2d')!;
  g.scale(scale, scale);
  const [low, high] = bounds(frames);
  drawAxes(g, box, range, low, high, isLight ? '#24292e' : '#ccccdc');
  frames.forEach((frame, k) => {
    const [times, values] = frame.data.values as [number[], number[]];
    g.strokeStyle = frames.length === 1 && color ? color : COLORS[k % COLORS.length]!;
    g.lineWidth = 1.5;
    g.beginPath();
    times.forEach((t, i) => {
      const x = LEFT + ((t - range.from) / (range.to - range.from)) * (box.width - LEFT);
      const y = 4 + (1 - (values[i]! - low) / (high - low)) * (box.height - BOTTOM - 4);
      g[i === 0 ? 'moveTo' : 'lineTo'](x, y);
    });
    g.stroke();
  });
}
