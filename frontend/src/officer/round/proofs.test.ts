import { expect, it } from 'vitest';
import { exifTime, takenAt, withTaken } from './exif';
import { betterSpot, looksMade, nearOf, proofsOf, readCode, typedCode } from './proofs';
import type { Running } from './types';

const PLACE = '5a7c0f0e-1c52-4a3e-9b55-0d5a4a8f6a11';
const HEX = PLACE.replaceAll('-', '').toUpperCase();
const STATIC = `UNJAI:S:${HEX}:1:ABCDEFGHIJKLMNOP`;
const at = { lon: 99, lat: 16.6 };
const running = (more: Partial<Running> = {}): Running => ({
  id: 'v', place: { id: PLACE, code: 'A', beat_code: '', name_th: '', name_en: '', kind: '', ...at, radius_m: 40, proofs: ['qr', 'gps'], last_own_at: null },
  at: 0, boot: '', mono: 0, duty: null, lon: null, lat: null, acc: null, mock: false, code: '', nfc: '', photos: [], minutes: 10, ...more,
});
const fix = (more: object = {}) => ({ ...at, accuracy_m: 8, altitude_m: null, heading_deg: null, speed_mps: null, at: 0, ...more });
const there = (more: Partial<Running>) => proofsOf(running(more)).filter((one) => one.there).map((one) => one.proof);

it('reads a code however it was typed, and nothing else', () => {
  expect(readCode(` ${STATIC.toLowerCase()}\n`)).toEqual({ text: STATIC, form: 'static', place: PLACE });
  expect(readCode(STATIC.replace(':S:', ':R:'))?.form).toBe('rotating');
  expect(typedCode('1 abcd efgh-ijkl mnop', PLACE)?.text).toBe(STATIC);
  expect(typedCode(STATIC, 'another')?.place).toBe(PLACE);
  for (const wrong of ['', 'https://example.org', STATIC.slice(1), `${STATIC}X`, '1 ABCD', '0 ABCDEFGHIJKLMNOP']) expect([readCode(wrong), typedCode(wrong, PLACE)]).toEqual([null, null]);
});

it('says what is asked for and what is there', () => {
  expect(proofsOf(running()).map((one) => [one.proof, one.needed, one.there])).toEqual([['qr', true, false], ['gps', true, false], ['nfc', false, false], ['photo', false, false]]);
  expect(there({ code: STATIC, ...at, acc: 8, photos: ['p'], nfc: '04:A2' })).toEqual(['qr', 'gps', 'nfc', 'photo']);
  expect(there({ code: STATIC.replace(HEX, 'A'.repeat(32)) })).toEqual([]);
  const turning = running({ code: STATIC });
  turning.place.proofs = ['qr_rotating'];
  expect(proofsOf(turning)[0]).toEqual({ proof: 'qr_rotating', needed: true, there: false });
});

it('grants a position its accuracy, up to fifty metres', () => {
  expect(nearOf({ ...at, lat: 16.6 + 80 / 111_195, acc: 45 }, running().place)?.near).toBe(true);
  expect(nearOf({ ...at, lat: 16.6 + 200 / 111_195, acc: 5_000 }, running().place)?.near).toBe(false);
  expect(nearOf(null, running().place)).toBeNull();
});

it('keeps the position that shows the most', () => {
  expect(betterSpot(running(), fix())).toBe(true);
  const held = running({ ...at, acc: 20 });
  expect(betterSpot(held, fix({ accuracy_m: 8 }))).toBe(true);
  expect(betterSpot(held, fix({ accuracy_m: 30 }))).toBe(false);
  expect(betterSpot(held, fix({ accuracy_m: 3, lat: 16.7 }))).toBe(false);
});

it('sees an accuracy no phone reaches and a jump no vehicle makes, and accuses nobody else', () => {
  expect(looksMade(fix({ accuracy_m: 0 }), null)).toBe(true);
  expect(looksMade(fix({ at: 5_000, lat: 16.7 }), fix())).toBe(true);
  expect(looksMade(fix({ at: 5_000, lat: 16.7, accuracy_m: 900 }), fix())).toBe(false);
  expect(looksMade(fix({ at: 600_000, lat: 16.7 }), fix())).toBe(false);
  expect(looksMade(fix({ at: 5_000 }), fix())).toBe(false);
});

it('carries over when a photograph was taken, and nothing else', () => {
  const bare = Uint8Array.from([0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 3, 4, 5, 6, 0xff, 0xd9]).buffer;
  expect(takenAt(bare)).toBeNull();
  const said = exifTime(Date.parse('2026-11-21T18:14:09Z'));
  expect(said).toEqual({ taken: '2026:11:22 01:14:09', offset: '+07:00' });
  const marked = withTaken(bare, said.taken, said.offset);
  expect(takenAt(marked)).toEqual(said);
  expect(new Uint8Array(marked).slice(-10)).toEqual(new Uint8Array(bare).slice(-10));
  expect(takenAt(withTaken(bare, said.taken, ''))).toEqual({ taken: said.taken, offset: '' });
  expect(takenAt(new ArrayBuffer(4))).toBeNull();
  const broken = new Uint8Array(marked.slice(0, 40)).buffer;
  expect(takenAt(broken)).toBeNull();
});
