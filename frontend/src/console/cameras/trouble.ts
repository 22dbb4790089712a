/** Why there is no picture, in one word each; the words people read are in the catalogue under `trouble.<word>`. Pure. */
export const TROUBLES = [
  'signed_out', 'no_right', 'gone', 'unserved', 'process_silent', 'full', 'cut', 'no_player', 'format',
  'h265', 'no_live', 'refused', 'not_found', 'away', 'silent', 'ended', 'no_video', 'unreadable', 'connecting',
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** What does not mend itself: trying again asks the camera or the log for nothing. */
const LASTING: ReadonlySet<Trouble> = new Set<Trouble>(['signed_out', 'no_right', 'gone', 'no_player', 'format', 'h265', 'no_live']);
export const lasts = (trouble: Trouble): boolean => LASTING.has(trouble);

const BY_CODE: Record<string, Trouble> = {
  camera_unserved: 'unserved', camera_process_silent: 'process_silent', camera_watching_full: 'full', not_found: 'gone', forbidden: 'no_right', camera_no_still: 'connecting',
};

/** Why the live line was closed: what was said last counts before the number it was closed with. */
export function closedBy(code: number, said: string | null): Trouble {
  const known = said === null ? undefined : BY_CODE[said];
  if (known) return known;
  if (code === 4401) return 'signed_out';
  if (code === 4403) return 'no_right';
  if (code === 4404) return said === null ? 'unserved' : 'cut';
  return 'cut';
}

/** Why a camera that is served gives no pictures; null while it does. */
export function silentBy(signal: string | null | undefined, why: string | null | undefined): Trouble | null {
  if (signal === 'live' || signal === 'idle') return null;
  if (why && (TROUBLES as readonly string[]).includes(why)) return why as Trouble;
  return signal === 'lost' ? 'away' : 'connecting';
}

export const isH265 = (codec: string | null | undefined): boolean => codec === 'hevc' || codec === 'h265';

/** The still's own answer to why it cannot be shown. */
export function refusedBy(status: number, code: string | null): Trouble {
  const known = code === null ? undefined : BY_CODE[code];
  if (known) return known;
  return status === 401 ? 'signed_out' : status === 403 ? 'no_right' : status === 404 ? 'gone' : 'cut';
}
