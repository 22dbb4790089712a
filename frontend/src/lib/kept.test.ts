import { afterEach, expect, it, vi } from 'vitest';
import { read, write } from './kept';

afterEach(() => vi.unstubAllGlobals());

it('keeps a text, gives it back, and lets it go', () => {
  const shelf = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (key: string) => shelf.get(key) ?? null, setItem: (key: string, value: string) => void shelf.set(key, value), removeItem: (key: string) => void shelf.delete(key) });
  expect(read('a')).toBeNull();
  write('a', '1');
  expect(read('a')).toBe('1');
  write('a', null);
  expect([read('a'), shelf.size]).toEqual([null, 0]);
});

it('throws nothing where storage is forbidden', () => {
  const refuse = (): never => {
    throw new DOMException('denied', 'SecurityError');
  };
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
  expect(read('a')).toBeNull();
  expect(() => (write('a', '1'), write('a', null))).not.toThrow();
});
