/** Where in the picture what a rule found was, by the moment. Pure; boxes are left, top, right, bottom in fractions. */
export type Box = readonly [number, number, number, number];

const HOLDS_S = 1;

/**
 * The box at a moment, in seconds from the alert: where it was between the path's looks (a path's row is the moment, then
 * the box), after the alert its own for a second; null where nothing is known.
 */
export function boxAt(offset_s: number, path: readonly (readonly number[])[], last: readonly number[]): Box | null {
  if (offset_s >= 0) return offset_s <= HOLDS_S ? boxOf(last) : null;
  const at = path.findLastIndex((one) => (one[0] ?? 0) <= offset_s);
  const [before, after] = [path[at], path[at + 1]];
  if (!before || offset_s - (before[0] ?? 0) > HOLDS_S) return null;
  const [from, to] = [before[0] ?? 0, after?.[0] ?? 0];
  if (!after || to - from > HOLDS_S || to <= from) return boxOf(before.slice(1));
  // Between two looks it went on: the box goes with it.
  const share = (offset_s - from) / (to - from);
  return boxOf(before.slice(1).map((edge, n) => edge + ((after[n + 1] ?? edge) - edge) * share));
}

function boxOf(edges: readonly number[]): Box | null {
  const [left, top, right, bottom] = edges;
  return left === undefined || top === undefined || right === undefined || bottom === undefined ? null : [left, top, right, bottom];
}

/** Where its feet went: the middle of each box's lower edge, up to a moment, as an SVG line over 100 × 100. */
export function walkOf(offset_s: number, path: readonly (readonly number[])[]): string {
  return path.flatMap((one) => {
    const box = (one[0] ?? 0) <= offset_s ? boxOf(one.slice(1)) : null;
    return box ? [`${round((box[0] + box[2]) * 50)},${round(box[3] * 100)}`] : [];
  }).join(' ');
}

const round = (value: number) => Math.round(value * 100) / 100;
