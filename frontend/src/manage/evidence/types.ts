import type { components } from '$schemas';

export type Row = components['schemas']['EvidenceRow'];
export type Whole = components['schemas']['EvidenceOut'];
export type Checked = components['schemas']['CheckOut'];
export type Doing = 'download' | 'handover' | 'receive' | 'release' | 'remove';

export const isOpen = (one: Pick<Row, 'state'>): boolean => one.state === 'asked' || one.state === 'making';

export function sizeText(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}

export type Copy = components['schemas']['CopyOut'];
export type Mark = components['schemas']['ReleaseMarkIn'];

/** States of a copy in which the centre is at work on it. */
export const isMade = (one: Pick<Copy, 'state'>): boolean => ['asked', 'blurring', 'confirmed', 'sealing'].includes(one.state);

/** A rectangle between two corners of a picture, in fractions; null for one too small to be meant. */
export function between(a: readonly [number, number], b: readonly [number, number]): Pick<Mark, 'x0' | 'y0' | 'x1' | 'y1'> | null {
  const held = (at: number): number => Math.round(Math.min(1, Math.max(0, at)) * 1000) / 1000;
  const [x0, x1] = [held(Math.min(a[0], b[0])), held(Math.max(a[0], b[0]))];
  const [y0, y1] = [held(Math.min(a[1], b[1])), held(Math.max(a[1], b[1]))];
  return x1 - x0 < LEAST || y1 - y0 < LEAST ? null : { x0, y0, x1, y1 };
}
const LEAST = 0.01;

/** Whether a rectangle hides at a moment of its clip. */
export const holds = (one: Mark, at_s: number): boolean => (one.since_s == null || at_s >= one.since_s) && (one.until_s == null || at_s <= one.until_s);

/** A moment of a clip: 75.5 is 1:15.5. */
export const clock = (at_s: number): string => `${Math.floor(at_s / 60)}:${(at_s % 60).toFixed(1).padStart(4, '0')}`;
