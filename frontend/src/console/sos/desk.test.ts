import { beforeEach, expect, test, vi } from 'vitest';
import type { Action, Desk, Point } from './desk.svelte';

const get = vi.fn();
const post = vi.fn();
vi.mock('$lib/api', () => ({ get, post, asApiError: (thrown: unknown) => thrown }));
vi.mock('../act', () => ({ act: async (_name: string, work: () => Promise<void>) => (await work(), true) }));
vi.mock('../sound.svelte', () => ({ sound: { warn: () => undefined } }));
const { desk } = await import('./desk.svelte');

const point = { device_id: 'd1', siren: true, light: true } as Point;
const action = (state: string, more: Partial<Action> = {}) => ({ id: 'a1', device_id: 'd1', part: 'siren', state, stop_asked_at: null, ...more }) as Action;
const room = (...actions: Action[]) => ({ points: [point], calls: [], actions }) as unknown as Desk;
const never = () => new Promise<never>(() => undefined);
const settled = () => new Promise((done) => setTimeout(done));

beforeEach(() => {
  get.mockReset();
  post.mockReset();
  desk.now = room();
});

test('the second key stops what the first began, though the room has not answered yet', async () => {
  let answered: (found: Desk) => void = () => undefined;
  get.mockImplementationOnce(() => new Promise<Desk>((done) => (answered = done))).mockImplementation(never);
  const asked = desk.ask(); // before the first key: what it brings is older than the answers to both
  post.mockResolvedValueOnce(action('asked')).mockResolvedValueOnce(action('asked', { stop_asked_at: '2026-01-01T00:00:00Z' }));
  desk.turn(point, 'siren', null);
  await settled();
  answered(room());
  await asked;
  expect(desk.last('d1', 'siren')?.state).toBe('asked');
  desk.turn(point, 'siren', null);
  await settled();
  expect(post.mock.calls.map(([path]) => path)).toEqual(['/api/sos/points/d1/actions', '/api/sos/actions/a1/stop']);
  expect(desk.last('d1', 'siren')?.stop_asked_at).not.toBeNull();
});
