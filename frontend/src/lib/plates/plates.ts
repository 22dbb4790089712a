/** Plates as they are drawn and compared; what a plate is, the server decides (`model/plate`). */

export interface Glyph {
  text: string;
  /** Its place in the registration, from 0; null for the blank between letters and number. */
  at: number | null;
}

/** The glyphs of a registration with a blank between letters and number: `1กข 1234`, `70-1234`. */
export function glyphs(registration: string): Glyph[] {
  const found = /^([1-9?*]?[ก-ฮ]+)([0-9?*].*)$/u.exec(registration);
  const cut = found?.[1] ? found[1].length : -1;
  const all: Glyph[] = [...registration].map((text, at) => ({ text, at }));
  return cut > 0 ? [...all.slice(0, cut), { text: ' ', at: null }, ...all.slice(cut)] : all;
}

/** Where two registrations differ, in the one and in the other: a glyph too many is marked alone. */
export function differing(one: string, other: string): { one: number[]; other: number[] } {
  const a = [...one], b = [...other];
  if (a.length === b.length) {
    const places = a.flatMap((glyph, place) => (glyph === b[place] ? [] : [place]));
    return { one: places, other: places };
  }
  // The longest common subsequence; registrations are eight glyphs long.
  const best: number[][] = Array.from({ length: a.length + 1 }, () => Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => best[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1) (best[i] as number[])[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const marks = { one: [] as number[], other: [] as number[] };
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j] && at(i, j) === at(i + 1, j + 1) + 1) {
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) marks.one.push(i++);
    else marks.other.push(j++);
  }
  return marks;
}

/** The name of the place in a plate that is written out: `1กข 1234 เชียงใหม่` → `เชียงใหม่`. */
export function placeIn(written: string, registration: string): string {
  const parts = written.split(' ');
  for (let count = parts.length; count > 0; count -= 1)
    if (parts.slice(0, count).join('') === registration) return parts.slice(count).join(' ');
  return '';
}
