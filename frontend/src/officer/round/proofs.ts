/** What a checkpoint asks for, and what of it is there already. Pure; the centre alone judges what it is worth. */
import { distanceM } from '$lib/near';
import type { Fix } from '../track';
import type { Place, Running } from './types';

export const PROOFS = ['qr', 'qr_rotating', 'gps', 'nfc', 'photo'] as const;
export type Proof = (typeof PROOFS)[number];
const SLACK_MOST_M = 50;

const CODE = /^UNJAI:([SR]):([0-9A-F]{32}):([1-9][0-9]{0,5}):([A-Z2-7]{16})$/;
const SHORT = /^([1-9][0-9]{0,5})([A-Z2-7]{16})$/;

export interface Scanned {
  text: string;
  form: 'static' | 'rotating';
  /** The checkpoint it was made for. */
  place: string;
}

/** Read what was scanned or typed; null for anything that is no checkpoint's code. */
export function readCode(text: string): Scanned | null {
  const found = CODE.exec(text.trim().toUpperCase().replaceAll(/\s/g, ''));
  if (!found) return null;
  const hex = (found[2] ?? '').toLowerCase();
  const place = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return { text: found[0], form: found[1] === 'R' ? 'rotating' : 'static', place };
}

/** What is printed below a label's QR, typed at a checkpoint: its number and sixteen letters; or the whole code. */
export function typedCode(text: string, place: string): Scanned | null {
  const whole = readCode(text);
  if (whole) return whole;
  const found = SHORT.exec(text.toUpperCase().replaceAll(/[^A-Z0-9]/g, ''));
  return found ? readCode(`UNJAI:S:${place.replaceAll('-', '').toUpperCase()}:${found[1]}:${found[2]}`) : null;
}

export interface Near {
  distance_m: number;
  accuracy_m: number;
  /** In the checkpoint's circle, as well as the accuracy lets one say. */
  near: boolean;
}

/** How a position stands to a checkpoint. */
export function nearOf(at: { lon: number; lat: number; acc: number } | null, place: Pick<Place, 'lon' | 'lat' | 'radius_m'>): Near | null {
  if (!at) return null;
  const distance_m = distanceM(at, place);
  return { distance_m, accuracy_m: at.acc, near: distance_m <= place.radius_m + Math.min(at.acc, SLACK_MOST_M) };
}

export const spotOf = (fix: Fix): { lon: number; lat: number; acc: number } => ({ lon: fix.lon, lat: fix.lat, acc: fix.accuracy_m });

/** Keep the position that shows the most: in the circle before outside, then the sharper one. */
export function betterSpot(running: Running, fix: Fix): boolean {
  const held = running.lon !== null && running.lat !== null ? nearOf({ lon: running.lon, lat: running.lat, acc: running.acc ?? 60 }, running.place) : null;
  const fresh = nearOf(spotOf(fix), running.place);
  if (!fresh) return false;
  if (!held) return true;
  return fresh.near === held.near ? fresh.accuracy_m < held.accuracy_m : fresh.near;
}

export interface Asked {
  proof: Proof;
  /** The checkpoint asks for it; the others are welcome. */
  needed: boolean;
  there: boolean;
}

/** Each proof with whether it is asked for and there: a turning code does for a printed one, not the other way. */
export function proofsOf(running: Running): Asked[] {
  const code = running.code ? readCode(running.code) : null;
  const good = code !== null && code.place === running.place.id;
  const near = running.lon !== null && running.lat !== null ? nearOf({ lon: running.lon, lat: running.lat, acc: running.acc ?? 60 }, running.place) : null;
  const there: Record<Proof, boolean> = { qr: good, qr_rotating: good && code.form === 'rotating', gps: near?.near ?? false, nfc: running.nfc !== '', photo: running.photos.length > 0 };
  const needed = new Set<string>(running.place.proofs);
  // One line for codes: a turning one where that is asked for.
  return PROOFS.filter((proof) => !(proof === 'qr' && needed.has('qr_rotating')) && !(proof === 'qr_rotating' && !needed.has('qr_rotating'))).map((proof) => ({ proof, needed: needed.has(proof), there: there[proof] }));
}

const FASTEST_MPS = 300;

/**
 * Signs of a made-up position, as far as a browser lets one see: an accuracy no phone reaches, or a jump no vehicle
 * makes between two sharp positions. Browsers do not tell of mock locations; that nothing shows proves nothing.
 */
export function looksMade(fix: Fix, before: Fix | null): boolean {
  if (fix.accuracy_m < 0.5) return true;
  if (!before || fix.accuracy_m > 50 || before.accuracy_m > 50) return false;
  const seconds = (fix.at - before.at) / 1000;
  return seconds > 0.5 && seconds < 120 && distanceM(fix, before) / seconds > FASTEST_MPS;
}
