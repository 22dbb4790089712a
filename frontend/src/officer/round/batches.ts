/** Which items go together: in the order of the chain, at most 500 and not more than the centre takes at once. Pure. */
import type { Stored } from './store';

export const ITEMS_MOST = 500;
/** Room is left for the envelope: the centre takes 1 MB. */
export const BYTES_MOST = 900_000;

/** How much an item weighs when it is sent: its text is a text inside JSON, Thai letters are three bytes. */
export function weight(one: Stored): number {
  if (!one.signed) return 0;
  return new TextEncoder().encode(JSON.stringify({ body: one.signed.body, sig: one.signed.sig })).length + 1;
}

/** The first batch of what a key signed and nobody answered, at most `most` items; always at least one where there is any. */
export function batchOf(waiting: readonly Stored[], key: string, most = ITEMS_MOST, bytes = BYTES_MOST): Stored[] {
  const own = waiting.filter((one) => one.signed?.key === key && one.aside === null).sort((a, b) => (a.signed?.seq ?? 0) - (b.signed?.seq ?? 0));
  const batch: Stored[] = [];
  let size = 0;
  for (const one of own.slice(0, Math.max(1, Math.min(most, ITEMS_MOST)))) {
    size += weight(one);
    if (batch.length > 0 && size > bytes) break;
    batch.push(one);
  }
  return batch;
}
