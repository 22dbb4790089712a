/** The streets of the zone for the small map. */
import type { Streets } from './types';

const STREETS = '/api/streets';

/** The streets of the zone: from the centre, or as they were when last fetched; null where neither is there. */
export async function loadStreets(): Promise<Streets | null> {
  const shelf = 'caches' in globalThis ? await caches.open('unjai-streets').catch(() => null) : null;
  try {
    const answer = await fetch(STREETS, { credentials: 'same-origin', signal: AbortSignal.timeout(20_000) });
    if (answer.ok) {
      await shelf?.put(STREETS, answer.clone());
      return (await answer.json()) as Streets;
    }
  } catch {
    // No line: the kept copy below.
  }
  const kept = await shelf?.match(STREETS).catch(() => undefined);
  return kept ? ((await kept.json()) as Streets) : null;
}
