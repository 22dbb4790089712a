/** The time line of recordings: shares of a bar, where to go, which labels. Pure; all times are milliseconds. */
export interface Span {
  since: number;
  until: number;
}
export interface Share {
  left: number;
  width: number;
}
export interface Piece extends Span {
  init: string;
  media: string;
}

/** Something that happened: an incident near the camera, what a rule found on it, what was wrong with it. */
export interface Mark {
  key: string;
  at: number;
  kind: 'incident' | 'rule' | 'trouble';
  priority: number;
  text: string;
}

export const SPANS_MIN = [10, 60, 360, 1440] as const;
const MINUTE = 60_000;
const LABEL_STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360];
const LABELS_MOST = 7;
/** Bangkok: labels stand on its round hours. */
const OFFSET = 7 * 60 * MINUTE;

/** Where in the bar a moment is, 0–1. */
export const along = (at: number, { since, until }: Span): number => (until > since ? Math.max(0, Math.min(1, (at - since) / (until - since))) : 0);

/** Which moment a place in the bar means. */
export const momentAt = (share: number, { since, until }: Span): number => since + Math.max(0, Math.min(1, share)) * (until - since);

/** Intervals as shares of the bar; what lies outside is left out, what reaches out is cut. */
export function shares(spans: readonly Span[], bar: Span): Share[] {
  return spans.filter((one) => one.until > bar.since && one.since < bar.until).map((one) => {
    const left = along(one.since, bar);
    return { left, width: along(one.until, bar) - left };
  });
}

/** The marks inside the bar in their order; of several at one place of it the gravest stays uppermost. */
export const marksOf = ({ since, until }: Span, marks: readonly Mark[]): Mark[] => marks.filter((one) => one.at >= since && one.at <= until).sort((a, b) => b.priority - a.priority || a.at - b.at);

/** Several marks of one kind that would stand on each other: one button, where the first of them is. */
export interface Group {
  key: string;
  at: number;
  priority: number;
  marks: readonly Mark[];
}

/** Marks of one kind as groups that stand at least so many pixels apart on a bar of this width, in the order of time. */
export function grouped(marks: readonly Mark[], bar: Span, width: number, apart: number): Group[] {
  const found: { key: string; at: number; priority: number; marks: Mark[] }[] = [];
  for (const one of [...marks].sort((a, b) => a.at - b.at)) {
    const last = found.at(-1);
    if (last && (along(one.at, bar) - along(last.at, bar)) * width < apart) {
      last.marks.push(one);
      last.priority = Math.min(last.priority, one.priority);
    } else found.push({ key: one.key, at: one.at, priority: one.priority, marks: [one] });
  }
  return found;
}

/** Round moments to write under the bar. */
export function labels(bar: Span): number[] {
  const step = (LABEL_STEPS_MIN.find((one) => (bar.until - bar.since) / (one * MINUTE) <= LABELS_MOST) ?? 360) * MINUTE;
  const found: number[] = [];
  for (let at = Math.ceil((bar.since + OFFSET) / step) * step - OFFSET; at <= bar.until; at += step) found.push(at);
  return found;
}

const BEFORE_END_MS = 2000;

/**
 * The recorded moment to show for a wish: itself, else the next beginning, else just before the last end; null for none.
 * Whoever walks `back` into a gap comes out on its near side, or nobody could ever walk back across one.
 */
export function recordedAt(at: number, present: readonly Span[], back = false): number | null {
  const here = present.find((one) => at >= one.since && at < one.until);
  if (here) return at;
  const earlier = back ? present.findLast((one) => one.until <= at) : undefined;
  if (earlier) return Math.max(earlier.since, earlier.until - BEFORE_END_MS);
  const later = present.find((one) => one.since >= at);
  if (later) return later.since;
  const last = present.at(-1);
  return last ? Math.max(last.since, last.until - BEFORE_END_MS) : null;
}

/** A bar of so many minutes with a moment in its middle, but never beyond now. */
export function barAround(at: number, minutes: number, now: number): Span {
  const size = minutes * MINUTE;
  const until = Math.min(now, at + size / 2);
  return { since: until - size, until };
}

/**
 * The next piece a player needs that stands at `at` and holds what is in `held` (piece → until when): the piece under
 * the position, else the following ones while less than `ahead` lies before it. A piece that has grown counts as new.
 */
export function wanted(pieces: readonly Piece[], held: ReadonlyMap<number, number>, at: number, ahead: number): Piece | null {
  for (const one of pieces) {
    if (one.until <= at) continue;
    if (one.since > at + ahead) break;
    if (held.get(one.since) !== one.until) return one;
  }
  // A gap longer than what we look ahead: its far side, so that the player can go there.
  const following = pieces.find((one) => one.since > at);
  const under = pieces.some((one) => one.since <= at && one.until > at);
  return !under && following && held.get(following.since) !== following.until ? following : null;
}

/** Where to go on when the picture stands at the end of what is recorded; null when it need not. */
export function across(at: number, pieces: readonly Piece[]): number | null {
  if (pieces.some((one) => one.since <= at && one.until > at + 400)) return null;
  const following = pieces.find((one) => one.since > at);
  return following ? following.since : null;
}
