// Looking at pictures: size, single pixels, how much is drawn.
import { PNG } from 'pngjs';

export class Picture {
  readonly png: PNG;
  constructor(data: Buffer) { this.png = PNG.sync.read(data); }

  static async of(answer: Response): Promise<Picture> {
    const body = Buffer.from(await answer.arrayBuffer());
    if (answer.status !== 200) throw new Error(`${answer.status}: ${body.toString('utf8')}`);
    return new Picture(body);
  }

  get width() { return this.png.width; }
  get height() { return this.png.height; }

  at(x: number, y: number): string {
    const i = (y * this.width + x) * 4;
    return '#' + this.png.data.subarray(i, i + 3).toString('hex');
  }

  /** True when some pixel has exactly this colour. */
  has(colour: string): boolean { return this.count(colour) > 0; }

  count(colour: string): number {
    const wanted = Buffer.from(colour.slice(1), 'hex');
    let n = 0;
    for (let i = 0; i < this.png.data.length; i += 4) {
      if (this.png.data[i] === wanted[0] && this.png.data[i + 1] === wanted[1] && this.png.data[i + 2] === wanted[2]) n++;
    }
    return n;
  }

  /** Pixels that differ by more than the tolerance in some channel; Infinity when the sizes differ. Chromium draws a
   * changed part anew with edges that differ by up to 3 from a whole drawing. */
  different(other: Picture, tolerance = 6): number {
    if (this.width !== other.width || this.height !== other.height) return Infinity;
    const a = this.png.data, b = other.png.data;
    let n = 0;
    for (let i = 0; i < a.length; i += 4) {
      if ([0, 1, 2].some((c) => Math.abs(a[i + c] - b[i + c]) > tolerance)) n++;
    }
    return n;
  }

  /** How many different colours there are: an empty page has a handful. */
  colours(): number {
    const seen = new Set<number>();
    for (let i = 0; i < this.png.data.length; i += 4) seen.add(this.png.data.readUInt32BE(i));
    return seen.size;
  }
}
