// Pictures: pixels, the stamp that proves panel and window, differences.
import { createRequire } from 'node:module';

const { PNG } = createRequire(new URL('../../story/package.json', import.meta.url))('pngjs');

export const decode = (data) => PNG.sync.read(data);
export const encode = (png) => PNG.sync.write(png);

export function crop(png, x, y, width, height) {
  const out = new PNG({ width, height });
  PNG.bitblt(png, out, x, y, width, height, 0, 0);
  return out;
}

function fnv(text) {
  let h = 0x811c9dc5;
  for (const byte of Buffer.from(text)) h = Math.imul(h ^ byte, 0x01000193) >>> 0;
  return h;
}

/** The stand-in stamps each panel with a square whose colour is made of dashboard, panel and window. */
export function hasStamp(png, seed, from, to) {
  const colour = fnv(`${seed}/${from}/${to}`) & 0xffffff;
  let n = 0;
  for (let i = 0; i < png.data.length; i += 4) if (png.data.readUIntBE(i, 3) === colour) n++;
  return n >= 50;
}

/** Pixels that differ, by how much at most, and where: `corner` when all lie at the rounded corners of the panel's frame, whose
 * smoothing depends on how the browser cut the page into tiles. Another size: n is -1. */
export function difference(a, b) {
  if (a.width !== b.width || a.height !== b.height) return { n: -1, size: [a.width, a.height, b.width, b.height] };
  if (a.data.equals(b.data)) return { n: 0 };
  const box = [a.width, a.height, -1, -1], isEdge = (at, size) => at < CORNER_PX || at >= size - CORNER_PX;
  let n = 0, most = 0, corner = true;
  for (let i = 0; i < a.data.length; i += 4) {
    const by = Math.max(...[0, 1, 2].map((k) => Math.abs(a.data[i + k] - b.data[i + k])));
    if (!by) continue;
    const x = (i / 4) % a.width, y = Math.floor(i / 4 / a.width);
    box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y); box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
    corner &&= isEdge(x, a.width) && isEdge(y, a.height);
    most = Math.max(most, by);
    n++;
  }
  return { n, most, corner, box };
}
const CORNER_PX = 12;
