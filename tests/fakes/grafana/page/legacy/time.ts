// Ranges as the older front end reads them from its address.

export interface Range {
  from: number;
  to: number;
  raw: { from: string; to: string };
}

const UNIT_MS: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5, M: 2592e6, y: 31536e6 };

function relative(text: string, now: number, isEnd: boolean): number | undefined {
  const match = /^now(?:([+-])(\d+)([smhdwMy]))?(?:\/([dhwMy]))?$/.exec(text);
  if (!match) {
    return undefined;
  }
  let ms = now;
  if (match[1]) {
    ms += (match[1] === '-' ? -1 : 1) * Number(match[2]) * UNIT_MS[match[3]!]!;
  }
  if (match[4]) {
    const day = new Date(ms);
    day.setHours(match[4] === 'h' ? day.getHours() : 0, 0, 0, 0);
    ms = day.getTime() + (isEnd ? UNIT_MS[match[4]]! - 1 : 0);
  }
  return ms;
}

function absolute(text: string): number {
  if (/^\d{8}(T\d{6})?$/.test(text)) {
    const [y, m, d, h, min, s] = [text.slice(0, 4), text.slice(4, 6), text.slice(6, 8), text.slice(9, 11), text.slice(11, 13), text.slice(13, 15)];
    return Date.UTC(Number(y), Number(m) - 1, Number(d), Number(h || 0), Number(min || 0), Number(s || 0));
  }
  return /^\d+$/.test(text) ? Number(text) : Date.parse(text);
}

export function rangeOf(from: string, to: string, now = Date.now()): Range {
  return { from: relative(from, now, false) ?? absolute(from), to: relative(to, now, true) ?? absolute(to), raw: { from, to } };
}

/** Both must be there, or the address says nothing about time. */
export function rangeFromUrl(query: URLSearchParams): Range | undefined {
  const [from, to] = [query.get('from'), query.get('to')];
  return from && to ? rangeOf(from, to) : undefined;
}
