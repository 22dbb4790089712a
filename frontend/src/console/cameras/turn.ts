/** Turning by keys: what a held key means, what all held keys mean together. Pure. */
export interface Turn {
  pan: number;
  tilt: number;
  zoom: number;
}
const KEYS: Record<string, Partial<Turn>> = {
  ArrowLeft: { pan: -1 }, ArrowRight: { pan: 1 }, ArrowUp: { tilt: 1 }, ArrowDown: { tilt: -1 },
  Equal: { zoom: 1 }, NumpadAdd: { zoom: 1 }, Minus: { zoom: -1 }, NumpadSubtract: { zoom: -1 },
};
export const SPEED = 0.5;
export const isTurn = (code: string): boolean => code in KEYS;

/** The movement of all keys that are held; null when they say nothing, or cancel each other. */
export function turnOf(held: Iterable<string>, speed = SPEED): Turn | null {
  const sum: Turn = { pan: 0, tilt: 0, zoom: 0 };
  for (const code of held) {
    const { pan = 0, tilt = 0, zoom = 0 } = KEYS[code] ?? {};
    sum.pan += pan;
    sum.tilt += tilt;
    sum.zoom += zoom;
  }
  const bound = (n: number) => Math.max(-1, Math.min(1, n)) * speed;
  const turn = { pan: bound(sum.pan), tilt: bound(sum.tilt), zoom: bound(sum.zoom) };
  return turn.pan || turn.tilt || turn.zoom ? turn : null;
}
