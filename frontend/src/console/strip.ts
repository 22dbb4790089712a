/** The last hour as a line: where each thing stands, and the shifts that began. Pure. */
import type { Shift, StripEntry } from '$lib/types';

export const HOUR_S = 3600;

/** What an alert rule tells without opening an incident. */
export const NOTICE = 'rule.notice';

/** 0 at an hour ago, 1 now; null outside. */
export function along(at_ms: number, now_ms: number): number | null {
  const share = 1 - (now_ms - at_ms) / 1000 / HOUR_S;
  return share < 0 || share > 1 ? null : share;
}

/** The entries within `seconds` of a moment, nearest last. */
export function around(entries: readonly StripEntry[], at_ms: number, seconds: number): StripEntry[] {
  return entries.filter((entry) => Math.abs(Date.parse(entry.at) - at_ms) <= seconds * 1000).slice(-5);
}

/** Bangkok is seven hours ahead and has no summer time. */
const BANGKOK_MS = 7 * 3_600_000;
const DAY_MS = 86_400_000;

/** The shift changes of the last hour: when, and which shift began. */
export function changes(shifts: readonly Shift[], now_ms: number): { at: number; shift: Shift }[] {
  const midnight = Math.floor((now_ms + BANGKOK_MS) / DAY_MS) * DAY_MS - BANGKOK_MS;
  return shifts
    .flatMap((shift) => {
      const [hours = 0, minutes = 0] = shift.starts.split(':').map(Number);
      const today = midnight + (hours * 60 + minutes) * 60_000;
      return [today, today - DAY_MS].map((at) => ({ at, shift }));
    })
    .filter(({ at }) => at <= now_ms && at > now_ms - HOUR_S * 1000);
}

/** What draws the eye on the strip: openings by priority; the rest are ticks. */
export function isOpening(entry: StripEntry): boolean {
  return entry.kind === 'opened' || entry.kind === 'incident.opened' || entry.kind === NOTICE;
}
