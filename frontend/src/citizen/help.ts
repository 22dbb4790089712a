/** One call for help, from the press to the end. Pure: what is known, and which page it means. */

export type Status = 'received' | 'acknowledged' | 'on_the_way' | 'arrived' | 'closed';

/** What the centre says of a call. */
export interface HelpAnswer {
  id?: string;
  status: Status;
  eta_s?: number | null;
  unit?: { lon: number; lat: number; heading?: number | null } | null;
  message_th?: string | null;
  message_en?: string | null;
  words?: HelpWord[];
  number?: 'none' | 'given' | 'proved';
  /** The centre was told that help is no longer needed; an operator makes sure. */
  cancelled?: boolean;
  /** Closed, and nobody was found in need. */
  mistaken?: boolean;
}

export interface HelpWord {
  seq: number;
  from_caller: boolean;
  sort: 'word' | 'photo' | 'audio';
  text: string;
  at: string;
  seen: boolean;
}

export const WHATS = ['attacked', 'followed', 'harassed', 'ill', 'accident', 'fire', 'lost', 'other'] as const;
export const MANY = ['one', 'few', 'many'] as const;
export const HURT = ['yes', 'no', 'unsure'] as const;
export interface HelpTold {
  what?: (typeof WHATS)[number];
  many?: (typeof MANY)[number];
  hurt?: (typeof HURT)[number];
}
/** What a hidden call looks like. */
export type Hidden = 'calculator' | 'dark';

export interface Help {
  id: string;
  /** Phone's clock, ms. */
  pressedAt: number;
  /** When the centre had it, phone's clock; null = not known to be there. */
  sentAt: number | null;
  refused: { code: string; th: string; en: string } | null;
  answer: HelpAnswer | null;
  /** When `answer` came, ms. */
  answeredAt: number;
  /** The first seconds are over: the page is calm and does not offer to take it back. */
  settled: boolean;
  /** She cannot speak, or must not be heard: no sound, no shaking, and the centre does not ring back. */
  silent: boolean;
  hidden: Hidden | null;
  told: HelpTold;
  /** She has said that help is no longer needed; it may still be on its way to the centre. */
  cancelled: boolean;
}

export const TAKE_BACK_MS = 5_000;
/** An unsent call so old is not sent by itself: nobody may be waiting any more, or all the more. She is asked. */
export const STALE_MS = 15 * 60_000;
/** A call is forgotten by the phone so long after its end, or after the press if its end was never heard. */
const FORGET_MS = 12 * 3_600_000;

export function pressed(id: string, now: number, hidden: Hidden | null = null): Help {
  return { id, pressedAt: now, sentAt: null, refused: null, answer: null, answeredAt: 0, settled: hidden !== null, silent: hidden !== null, hidden, told: {}, cancelled: false };
}

export type Page =
  | 'home'
  /** Just pressed: five seconds to take it back. */
  | 'grace'
  /** Not at the centre yet; the phone keeps trying. */
  | 'unsent'
  /** Not at the centre, and pressed long ago. */
  | 'stale'
  /** The centre will not take it by this way. */
  | 'refused'
  /** At the centre: its status counts. */
  | 'following'
  | 'closed';

export function page(help: Help | null, now: number): Page {
  if (!help) return 'home';
  if (help.answer?.status === 'closed') return 'closed';
  if (help.refused) return 'refused';
  if (takeBackLeft(help, now) > 0) return 'grace';
  if (help.sentAt === null) return isStale(help, now) ? 'stale' : 'unsent';
  return 'following';
}

/** Also true when the phone's clock was set back so far that nobody can tell. */
export function isStale(help: Pick<Help, 'pressedAt' | 'sentAt'>, now: number): boolean {
  return help.sentAt === null && (now - help.pressedAt > STALE_MS || help.pressedAt - now > STALE_MS);
}

/** Whole seconds left to take it back; 0 when over. */
export function takeBackLeft(help: Help, now: number): number {
  const since = now - help.pressedAt;
  // A clock that was set back must not hold the page here.
  return help.settled || since < -TAKE_BACK_MS ? 0 : Math.min(TAKE_BACK_MS / 1_000, Math.max(0, Math.ceil((TAKE_BACK_MS - since) / 1_000)));
}

/** May she still take it back without a word to anyone? In the first five seconds, and as long as it has not gone out. */
export function mayTakeBack(help: Help, now: number): boolean {
  const now_page = page(help, now);
  return now_page === 'grace' || now_page === 'unsent' || now_page === 'stale';
}

const ORDER: Status[] = ['received', 'acknowledged', 'on_the_way', 'arrived', 'closed'];

/** Take in an answer. One that knows nothing (404: the centre is still writing it down) changes nothing. */
export function heard(help: Help, answer: HelpAnswer | null, now: number): Help {
  if (!answer || !ORDER.includes(answer.status)) return help;
  return { ...help, sentAt: help.sentAt ?? now, refused: null, answer, answeredAt: now };
}

/** How many of the four steps are done, for the row of marks: received, acknowledged, on the way, arrived. */
export function stepsDone(help: Help): number {
  if (help.sentAt === null) return 0;
  const at = ORDER.indexOf(help.answer?.status ?? 'received');
  return Math.min(4, at + 1);
}

/** Read what an earlier page left; junk and the long past are nothing. */
export function recall(text: string | null, now: number): Help | null {
  if (!text) return null;
  let kept: Partial<Help> | null;
  try {
    kept = JSON.parse(text) as Partial<Help> | null;
  } catch {
    return null;
  }
  if (!kept || typeof kept.id !== 'string' || typeof kept.pressedAt !== 'number') return null;
  if (Math.abs(now - kept.pressedAt) > FORGET_MS) return null;
  return {
    id: kept.id,
    pressedAt: kept.pressedAt,
    sentAt: typeof kept.sentAt === 'number' ? kept.sentAt : null,
    refused: kept.refused ?? null,
    answer: kept.answer ?? null,
    answeredAt: kept.answeredAt ?? 0,
    settled: kept.settled ?? false,
    silent: kept.silent ?? false,
    hidden: kept.hidden === 'calculator' || kept.hidden === 'dark' ? kept.hidden : null,
    told: kept.told ?? {},
    cancelled: kept.cancelled ?? false,
  };
}

/** "sms:?&body=…": the form both Android and iPhone understand; the reader picks whom to tell. */
export function smsAddress(text: string): string {
  return `sms:?&body=${encodeURIComponent(text)}`;
}

/** A Thai or international phone number as people type it (Thai digits, dashes) → "0812345678" or "+66…"; null where it is none. */
export function phoneNumber(typed: string): string | null {
  const bare = typed.replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50)).replace(/[\s().\-\u200B]/g, '');
  return /^(0\d{8,9}|\+\d{8,15})$/.test(bare) ? bare : null;
}

/** The number of the last word of the centre, for it to know that the page has shown it; null where there is none. */
export function lastWord(help: Help | null): number | null {
  const words = help?.answer?.words?.filter((one) => !one.from_caller) ?? [];
  return words.at(-1)?.seq ?? null;
}

/** The next thing to ask; null when all was told or passed over. */
export function nextAsked(told: HelpTold, passed: readonly string[]): keyof HelpTold | null {
  const left = (['what', 'many', 'hurt'] as const).filter((one) => !told[one] && !passed.includes(one));
  return left[0] ?? null;
}

const SLIP_MS = 30 * 24 * 3_600_000;

/** The moments of presses by mistake that this phone remembers, a new one among them; nobody else keeps them. */
export function slipsOf(text: string | null, now: number, slip: number | null = null): number[] {
  let kept: unknown;
  try {
    kept = JSON.parse(text ?? '[]');
  } catch {
    kept = [];
  }
  const known = Array.isArray(kept) ? kept.filter((at): at is number => typeof at === 'number' && Math.abs(now - at) < SLIP_MS) : [];
  return slip === null || known.includes(slip) ? known : [...known, slip].slice(-20);
}
