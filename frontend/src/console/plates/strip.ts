/** The strip of live reads: the newest first, few of them, each once. Pure. */
export interface LiveRead {
  id: string;
  at: string;
  camera: string;
  registration: string | null;
  province: string | null;
  confidence: number | null;
  grade: 'alarm' | 'probable' | null;
}
export const SHOWN = 12;

/** What is shown after a batch came, newest first; the batch has its newest last. */
export function roll(shown: readonly LiveRead[], batch: readonly LiveRead[], most = SHOWN): LiveRead[] {
  const seen = new Set<string>();
  return [...[...batch].reverse(), ...shown].filter((one) => !seen.has(one.id) && seen.add(one.id)).slice(0, most);
}

/** What waits while the strip rests: the newest few, newest last. */
export const hold = (held: readonly LiveRead[], batch: readonly LiveRead[], most = SHOWN): LiveRead[] => [...held, ...batch].slice(-most);
