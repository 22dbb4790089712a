/** What an officer sees: the centre's word, with what the phone still has to tell laid over it. Pure. */
import type { Entry } from '$lib/shelf';
import type { OfficerAssignment, OfficerState, Verb } from './types';

export type Step = 'off' | 'free' | 'offered' | 'accepted' | 'en_route' | 'on_scene';

export const DUTY_PATH = '/api/officer/duty';
export const POSITION_PATH = '/api/officer/position';
export const DISTRESS_PATH = '/api/officer/distress';
export const SAFE_PATH = '/api/officer/distress/safe';
/** What is typed in full to say that one is safe; the centre knows the same two. */
export const SAFE_WORDS: readonly string[] = ['ปลอดภัย', 'safe'];
export const assignmentPath = (id: string, verb: Verb): string => `/api/officer/assignments/${id}/${verb}`;

export const photoPath = (id: string): string => `/api/officer/assignments/${id}/attachments`;
/** Tells whether an entry of the outbox is a photograph. */
export const isPhoto = (entry: Pick<Entry, 'path'>): boolean => entry.path.includes('/attachments?');

const AFTER: Record<Verb, string> = { accept: 'accepted', refuse: 'over', 'en-route': 'en_route', 'on-scene': 'on_scene', close: 'over' };

/** Reads an entry of the outbox back: which verb for which assignment, if it is one. */
export function deed(entry: Pick<Entry, 'path'>): { id: string; verb: Verb } | null {
  const found = /^\/api\/officer\/assignments\/([^/]+)\/(accept|refuse|en-route|on-scene|close)$/.exec(entry.path);
  return found ? { id: found[1] ?? '', verb: found[2] as Verb } : null;
}

export interface View {
  step: Step;
  assignment: OfficerAssignment | null;
  /** What is shown rests on something the centre has not confirmed yet. */
  unconfirmed: boolean;
  /** The offer ran out on this screen; the centre has not yet said so. */
  lapsed: boolean;
}

/**
 * Lay `told` (waiting entries, and sent ones the centre's answer does not show yet) over the centre's `state`.
 * `now` is the centre's time in ms: an offer ends by the centre's clock, not the phone's.
 */
export function view(state: OfficerState | null, told: readonly Entry[], now: number): View {
  let on = state?.duty.on ?? false;
  let assignment = state?.assignment ?? null;
  let unconfirmed = false;
  for (const entry of told) {
    if (entry.refused) continue;
    if (entry.path === DUTY_PATH) {
      on = (entry.body as { on: boolean }).on;
      unconfirmed = true;
    }
    const done = deed(entry);
    if (done && assignment && done.id === assignment.id) {
      assignment = AFTER[done.verb] === 'over' ? null : { ...assignment, state: AFTER[done.verb] };
      unconfirmed = true;
    }
  }
  const lapsed = assignment?.state === 'offered' && assignment.expires_at !== null && Date.parse(assignment.expires_at) <= now;
  if (lapsed) assignment = null;
  return { step: stepOf(on, assignment), assignment, unconfirmed, lapsed };
}

function stepOf(on: boolean, assignment: OfficerAssignment | null): Step {
  const state = assignment?.state;
  if (state === 'offered' || state === 'accepted' || state === 'en_route' || state === 'on_scene') return state;
  return on ? 'free' : 'off';
}

/** The part of an offer's time that is left, 0–1, and whole seconds left; null where the offer has no end. */
export function remaining(assignment: OfficerAssignment, now: number): { part: number; seconds: number } | null {
  if (!assignment.expires_at) return null;
  const end = Date.parse(assignment.expires_at);
  const whole = Math.max(1, end - Date.parse(assignment.offered_at));
  const left = Math.min(whole, Math.max(0, end - now));
  return { part: left / whole, seconds: Math.ceil(left / 1_000) };
}

/** How many things the reader believes done and the centre does not know; positions are counted apart. */
export function backlog(entries: readonly Entry[]): { items: number; fixes: number; refused: Entry[] } {
  const open = entries.filter((entry) => !entry.refused);
  const fixes = open.filter((entry) => entry.path === POSITION_PATH).reduce((sum, entry) => sum + (Array.isArray(entry.body) ? entry.body.length : 1), 0);
  return { items: open.filter((entry) => entry.path !== POSITION_PATH).length, fixes, refused: entries.filter((entry) => entry.refused) };
}
