/** One's own plain reports, kept on this phone with their secrets; what the centre says of them. Pure. */

export type PlainKind = 'light' | 'rubbish' | 'noise' | 'drugs' | 'other';
export type PlainState = 'unsent' | 'new' | 'taken' | 'waiting' | 'answered' | 'reopened' | 'closed';

export interface Turn {
  at: string;
  by: 'reporter' | 'station';
  what: string;
  text_th: string;
  text_en: string;
}
export interface Mine {
  id: string;
  secret: string;
  kind: PlainKind;
  text: string;
  /** Phone's clock, ms. */
  at: number;
  number: string | null;
  state: PlainState;
  promised_at: string | null;
  reopen_until: string | null;
  turns: Turn[];
  /** The last word's number. */
  no: number;
}
/** What the centre says of one report. */
export interface Heard {
  id: string;
  number: string;
  state: Exclude<PlainState, 'unsent'>;
  promised_at: string;
  reopen_until?: string | null;
  turns?: Turn[];
}

export const KEPT_MOST = 30;

/** A secret that nobody guesses: 32 bytes. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Read what an earlier page left; junk is nothing. */
export function recall(text: string | null): Mine[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(found)) return [];
    return found.filter((one): one is Mine => typeof one?.id === 'string' && typeof one.secret === 'string' && typeof one.at === 'number' && Array.isArray(one.turns));
  } catch {
    return [];
  }
}

/** With a new one first. Only what is closed is let go when there are too many. */
export function added(list: readonly Mine[], one: Mine): Mine[] {
  const all = [one, ...list.filter((other) => other.id !== one.id)];
  const spare = all.length - KEPT_MOST;
  if (spare <= 0) return all;
  const gone = new Set(all.filter((other) => other.state === 'closed').slice(-spare).map((other) => other.id));
  return all.filter((other) => !gone.has(other.id));
}

/** With what the centre says; what it does not name stays as it was. */
export function heard(list: readonly Mine[], told: readonly Heard[]): Mine[] {
  const by = new Map(told.map((one) => [one.id, one]));
  return list.map((one) => {
    const said = by.get(one.id);
    return said ? { ...one, number: said.number, state: said.state, promised_at: said.promised_at, reopen_until: said.reopen_until ?? (said.turns ? null : one.reopen_until), turns: said.turns ?? one.turns } : one;
  });
}

/** May its reporter still say that it is not mended? */
export function mayReopen(one: Mine, now: number): boolean {
  return (one.state === 'answered' || one.state === 'closed') && one.reopen_until !== null && Date.parse(one.reopen_until) > now;
}
