/** In which order waiting hits are compared: those that wait longest first. */

export interface Waits {
  id: string;
  made_at: string;
}

const earlier = (one: Waits, other: Waits) => Date.parse(one.made_at) - Date.parse(other.made_at) || (one.id < other.id ? -1 : 1);

/**
 * The hit that comes after one, and after the last the one that waits longest; null where no other waits.
 * `from` may have left the list meanwhile (judged, lapsed): its place in the row still counts.
 */
export function after<T extends Waits>(list: readonly T[], from: Waits | null): T | null {
  const row = list.filter((one) => one.id !== from?.id).sort(earlier);
  return (from && row.find((one) => earlier(from, one) < 0)) ?? row[0] ?? null;
}
