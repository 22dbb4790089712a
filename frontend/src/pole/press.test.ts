import { expect, test } from 'vitest';
import { handed, nextMark } from './press';

function shelf(start: Record<string, string> = {}) {
  const kept = new Map(Object.entries(start));
  return { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value) };
}

test('each press has a number of its own, also after a reload', () => {
  const kept = shelf();
  const first = nextMark(kept, () => 'a');
  const second = nextMark(kept, () => 'b');
  expect(first).toEqual({ boot: 'a', seq: 1 });
  expect(second).toEqual({ boot: 'a', seq: 2 });
});

test('a page that may keep nothing still names its press as no other does', () => {
  let n = 0;
  const fresh = () => `boot-${(n += 1)}`;
  const full = { getItem: () => null, setItem: () => { throw new Error('full'); } };
  expect(nextMark(null, fresh)).not.toEqual(nextMark(null, fresh));
  expect(nextMark(full, fresh).boot).not.toBe(nextMark(full, fresh).boot);
  expect(nextMark(shelf({ 'unjai.pole.seq': 'junk', 'unjai.pole.boot': 'x' }), fresh).boot).toMatch(/^boot-/);
});

test('a credential comes in the part of the address that no server sees', () => {
  expect(handed('#key=BOX-1&secret=s%3Dx')).toEqual({ key: 'BOX-1', secret: 's=x' });
  expect(handed('#key=BOX-1')).toBeNull();
  expect(handed('')).toBeNull();
});
