import { describe, expect, it } from 'vitest';
import { after } from './order';

const at = (minute: number) => `2026-11-22T20:${String(minute).padStart(2, '0')}:00Z`;
const hit = (id: string, minute: number) => ({ id, made_at: at(minute) });
const list = [hit('c', 3), hit('b', 2), hit('a', 1)]; // as the centre tells them: the newest first

describe('the next hit to compare', () => {
  it('is the one that waits longest, then one after the other, and round again', () => {
    expect(after(list, null)?.id).toBe('a');
    expect(after(list, list[2] ?? null)?.id).toBe('b');
    expect(after(list, list[1] ?? null)?.id).toBe('c');
    expect(after(list, list[0] ?? null)?.id).toBe('a');
  });
  it('goes on where it was when the one before has left the list', () => {
    expect(after([hit('c', 3), hit('a', 1)], hit('b', 2))?.id).toBe('c');
    expect(after([hit('a', 1)], hit('b', 2))?.id).toBe('a');
  });
  it('is not the same one again', () => {
    expect(after([hit('a', 1)], hit('a', 1))).toBeNull();
    expect(after([], null)).toBeNull();
  });
  it('keeps those of one moment apart', () => {
    const same = [hit('y', 5), hit('x', 5)];
    expect(after(same, null)?.id).toBe('x');
    expect(after(same, same[1] ?? null)?.id).toBe('y');
    expect(after(same, same[0] ?? null)?.id).toBe('x');
  });
});
