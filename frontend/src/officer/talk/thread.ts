/** The messages as one list: what the centre has, and after it what still waits on the phone. Pure. */
import type { Entry } from '$lib/shelf';

export const TALK_PATH = '/api/officer/talk';
export const TALK_READ_PATH = '/api/officer/talk/read';

export interface Message {
  id: string;
  seq: number;
  incident_id: string | null;
  from_unit: boolean;
  name: string;
  text: string;
  said_at: string;
  at: string;
  read_at: string | null;
}

export type Mark = 'waiting' | 'refused' | 'sent' | 'read' | 'theirs';

export interface Line {
  id: string;
  text: string;
  name: string;
  said_at: string;
  mark: Mark;
  /** Written noticeably before it came. */
  late: boolean;
}

interface Body {
  text: string;
  at?: string;
}

/** Lay what waits under what is known; a message that has arrived stands there once. */
export function thread(known: readonly Message[], waiting: readonly Entry[]): Line[] {
  const lines: Line[] = [...known]
    .sort((a, b) => a.seq - b.seq)
    .map((one) => ({
      id: one.id,
      text: one.text,
      name: one.name,
      said_at: one.said_at,
      mark: one.from_unit ? (one.read_at ? 'read' : 'sent') : 'theirs',
      late: Date.parse(one.at) - Date.parse(one.said_at) >= 60_000,
    }));
  for (const entry of waiting) {
    if (entry.path !== TALK_PATH) continue;
    const body = entry.body as Body;
    lines.push({ id: entry.id, text: body.text, name: '', said_at: body.at ?? new Date(entry.at).toISOString(), mark: entry.refused ? 'refused' : 'waiting', late: false });
  }
  return lines;
}

/** Add a page or an answer to what is known: each message once, the newest word of it. */
export function joined(known: readonly Message[], fresh: readonly Message[]): Message[] {
  const all = new Map(known.map((one) => [one.id, one]));
  for (const one of fresh) all.set(one.id, one);
  return [...all.values()].sort((a, b) => a.seq - b.seq);
}

/** The last number of the other side's messages that were not read. */
export const toRead = (known: readonly Message[]): number => known.reduce((last, one) => (!one.from_unit && !one.read_at ? Math.max(last, one.seq) : last), 0);
