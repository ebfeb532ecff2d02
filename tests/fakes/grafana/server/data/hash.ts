// 32-bit FNV-1a over UTF-8: short enough for a test in any language to repeat.
export function fnv1a(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) {
    h ^= byte;
    h = Math.imul(h, 0x01000193);
  }
  return h >>> 0;
}

/** The colour that says "these data are of this seed and this window": the low 24 bits of the window's hash. */
export function stampColor(seed: string, from: number, to: number): string {
  return '#' + (fnv1a(`${seed}/${from}/${to}`) & 0xffffff).toString(16).padStart(6, '0');
}
