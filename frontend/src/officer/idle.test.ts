import { expect, it } from 'vitest';
import { CALM_S, mayReload, type Doing } from './idle';

const calm: Doing = { step: 'free', waiting: 0, sending: false, calling: false, lineUp: true, beside: false, busyHands: false, quiet_s: CALM_S };

it('takes a new version when nothing is being done', () => {
  expect(mayReload(calm)).toBe(true);
  expect(mayReload({ ...calm, step: 'off' })).toBe(true);
});

it.each([{ step: 'offered' }, { step: 'accepted' }, { step: 'en_route' }, { step: 'on_scene' }, { waiting: 1 }, { sending: true }, { calling: true }, { lineUp: false }, { beside: true }, { busyHands: true }, { quiet_s: CALM_S - 1 }] as Partial<Doing>[])('never with %o', (change) => {
  expect(mayReload({ ...calm, ...change })).toBe(false);
});
