/** What the link of a camera screen holds: `#cameras/<id>` live, `#cameras/<id>/<milliseconds>` a moment of its recordings. Pure. */
export interface Shown {
  id: string;
  /** A moment to replay; 'replay' for the latest; null is live. */
  at: number | 'replay' | null;
}

export function fromHash(hash: string): Shown | null {
  const [, id, at] = /^#cameras\/([0-9a-f-]{36})(?:\/(\d{1,15}|replay))?$/.exec(hash) ?? [];
  if (!id) return null;
  return { id, at: at === undefined ? null : at === 'replay' ? at : Number(at) };
}

export const toHash = (shown: Shown | null): string => (shown ? `#cameras/${shown.id}${shown.at === null ? '' : `/${shown.at}`}` : '#cameras');

/** The page's own address. */
export const PAGE = '/console/cameras';
