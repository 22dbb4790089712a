import { describe, expect, it } from 'vitest';
import type { Subzone } from '$lib/types';
import { chosen, everything, fitted, healthOf, inside, pressedOf, SHOWN_MS, stepped, switched, zoneOf, type Ail, type Camera, type CameraState } from './choose';

const camera = (key: string, more: Partial<Camera> = {}) =>
  ({ id: key, key, name_th: `กล้อง ${key}`, name_en: `Camera ${key}`, owner_name: '', owner_kind: 'police', lon: 1, lat: 1, disabled: false, state: 'working', has_stream: true, point: null, ...more }) as Camera;
const square = (x: number): Subzone['geometry'] => ({ type: 'Polygon', coordinates: [[[x, 0], [x + 2, 0], [x + 2, 2], [x, 2], [x, 0]]] });
const zones = [{ id: 7, geometry: square(0) }, { id: 8, geometry: square(4) }] as unknown as Subzone[];
const states = new Map([['cam-1', { signal: 'live' } as CameraState], ['cam-2', { signal: 'lost' } as CameraState]]);
const all = [camera('cam-10'), camera('cam-2', { owner_kind: 'house' }), camera('cam-1'), camera('cam-3', { state: 'planned' }), camera('cam-4', { has_stream: false }), camera('cam-5', { disabled: true })];
const keys = (choice: Partial<ReturnType<typeof everything>>) => chosen(all, states, zones, { ...everything(), ...choice }).map((one) => one.key);

describe('which cameras', () => {
  it('shows what works, in the order of its numbers', () => expect(keys({})).toEqual(['cam-1', 'cam-2', 'cam-10']));
  it('filters by owner, health, zone and words', () => {
    expect(keys({ owner: 'house' })).toEqual(['cam-2']);
    expect(keys({ health: 'live' })).toEqual(['cam-1']);
    expect(keys({ health: 'trouble' })).toEqual(['cam-2']);
    expect(keys({ health: 'unserved' })).toEqual(['cam-10']);
    expect(keys({ zone: '8' })).toEqual([]);
    expect(keys({ zone: '7' })).toHaveLength(3);
    expect(keys({ words: 'CAMERA cam-10' })).toEqual(['cam-10']);
  });
  it('knows where a camera stands, and which stands nowhere', () => {
    expect(zoneOf(camera('x', { lon: 5 }), zones)).toBe('8');
    expect(zoneOf(camera('x', { lon: 3 }), zones)).toBe('-');
    expect(zoneOf(camera('x', { lon: null }), zones)).toBe('-');
  });
  it('leaves holes out', () => {
    const hollow = { type: 'Polygon' as const, coordinates: [square(0).coordinates[0] as [number, number][], [[0.5, 0.5], [1.5, 0.5], [1.5, 1.5], [0.5, 1.5], [0.5, 0.5]]] };
    expect(inside([1, 1], hollow)).toBe(false);
    expect(inside([0.2, 0.2], hollow)).toBe(true);
  });
  it('calls a camera that nobody serves so', () => expect([healthOf(undefined), healthOf({ signal: 'idle' } as CameraState)]).toEqual(['unserved', 'live']));
  it('calls a camera whose picture is of no use so, not one whose clock is wrong', () => {
    const ails = (trouble: string) => healthOf({ signal: 'live' } as CameraState, [{ trouble } as Ail]);
    expect([ails('covered'), ails('clock')]).toEqual(['trouble', 'live']);
  });
});

describe('live tiles', () => {
  it('switches, and the oldest makes room', () => {
    expect(switched(['a'], 'b', 2)).toEqual(['a', 'b']);
    expect(switched(['a', 'b'], 'c', 2)).toEqual(['b', 'c']);
    expect(switched(['a', 'b'], 'a', 2)).toEqual(['b']);
  });
  it('walks the grid without falling off', () => {
    expect(stepped(0, 'ArrowDown', 3, 7)).toBe(3);
    expect(stepped(5, 'ArrowDown', 3, 7)).toBe(5);
    expect(stepped(0, 'ArrowLeft', 3, 7)).toBe(0);
    expect(stepped(3, 'End', 3, 7)).toBe(6);
  });
});

describe('what opens by itself', () => {
  const row = (id: string, channel: string, state: string, minute: number, priority = 1) => ({ id, channel, state, priority, opened_at: `2026-11-22T01:${String(minute).padStart(2, '0')}:00Z` });
  const rows = [row('a', 'pole', 'new', 1, 2), row('b', 'pole', 'new', 2), row('c', 'call', 'new', 3), row('d', 'pole', 'acknowledged', 4), row('e', 'rule', 'new', 5), row('f', 'rule', 'new', 6, 2)];
  const ids = (...asked: Parameters<typeof pressedOf>) => pressedOf(...asked).map((one) => one.id);
  const now = Date.parse('2026-11-22T01:10:00Z');
  it('is a pressed pole that waits, the newest first', () => {
    expect(ids(rows, new Set(), null)).toEqual(['b', 'a']);
    expect(ids(rows, new Set(['b']), null)).toEqual(['a']);
    expect(ids(rows, new Set(['b']), 'a')).toEqual([]);
  });
  it('stays on a wall while it is worked on, beside whatever else is grave', () => {
    expect(ids(rows, new Set(), null, { now })).toEqual(['e', 'b', 'a', 'd']);
    expect(ids(rows, new Set(), null, { now: now + SHOWN_MS })).toEqual(['e', 'b', 'a']);
  });
});

describe('the size of tiles', () => {
  const how = { least: 220, gap: 8, below: 52 };
  const all = (count: number, width = 1896, height = 930) => fitted(count, { width, height }, how);
  it('fills the wall with few, and shows forty at once', () => {
    expect(all(1).columns).toBe(1);
    expect(all(4).columns).toBe(2);
    expect(all(9).columns).toBe(3);
    const { columns, width } = all(40);
    expect(width).toBeGreaterThanOrEqual(220);
    expect(columns * (width ?? 0) + 8 * (columns - 1)).toBeLessThanOrEqual(1896);
    expect(Math.ceil(40 / columns) * (((width ?? 0) * 9) / 16 + 52 + 8) - 8).toBeLessThanOrEqual(930);
  });
  it('is scrolled where they would be too small', () => {
    expect(all(183)).toEqual({ columns: 6, width: null });
    expect(all(4, 374, 600)).toEqual({ columns: 1, width: null });
    expect(all(0)).toEqual({ columns: 1, width: expect.any(Number) as number });
  });
});
