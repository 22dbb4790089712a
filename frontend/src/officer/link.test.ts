import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Link, SILENCE_MS } from './link';

class Socket {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror = null;
  closed = false;
  close(): void {
    this.closed = true;
  }
  say(message: unknown): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) } as MessageEvent);
  }
  cut(): void {
    this.onclose?.({} as CloseEvent);
  }
}

let sockets: Socket[];
let log: string[];
let link: Link;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  log = [];
  link = new Link(
    { onChanged: () => log.push('changed'), onTime: (now) => log.push(`time ${now}`), onLine: (up) => log.push(up ? 'up' : 'down') },
    () => {
      const socket = new Socket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
  );
  link.start();
});
afterEach(() => {
  link.stop();
  vi.useRealTimers();
});

const tick = { type: 'tick', now: '1970-01-01T00:00:05Z' };

it('is up with the first word, and fetches once because it may have missed something', () => {
  expect(log).toEqual([]);
  sockets[0]?.say(tick);
  sockets[0]?.say(tick);
  sockets[0]?.say({ type: 'officer' });
  expect(log).toEqual(['up', 'changed', 'time 5000', 'time 5000', 'changed']);
});

it('notices silence that the socket does not', () => {
  sockets[0]?.say(tick);
  vi.advanceTimersByTime(SILENCE_MS - 1);
  expect(log).not.toContain('down');
  vi.advanceTimersByTime(1);
  expect(log).toContain('down');
  expect(sockets[0]?.closed).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(sockets.length).toBe(2);
});

it('comes back by itself, more slowly each time, and fetches again', () => {
  for (const wait of [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
    const before = sockets.length;
    sockets.at(-1)?.cut();
    vi.advanceTimersByTime(wait - 1);
    expect(sockets.length).toBe(before);
    vi.advanceTimersByTime(1);
    expect(sockets.length).toBe(before + 1);
  }
  sockets.at(-1)?.say(tick);
  expect(log.slice(0, 2)).toEqual(['up', 'changed']);
});

it('is not up when it is turned away: asking by HTTP tells why', () => {
  sockets[0]?.say({ type: 'error', error: { code: 'sign_in_needed' } });
  expect(log).toEqual(['changed']);
  expect(sockets[0]?.closed).toBe(true);
  vi.advanceTimersByTime(999);
  expect(sockets.length).toBe(1);
});

it('tries at once when the phone wakes, and leaves a living line alone', () => {
  sockets[0]?.cut();
  link.kick();
  expect(sockets.length).toBe(2);
  sockets[1]?.say(tick);
  link.kick();
  expect(sockets.length).toBe(2);
});

it('lives with junk, and is silent after the end', () => {
  sockets[0]?.say('<html>');
  expect(log).toEqual([]);
  sockets[0]?.say({ type: 'tick', now: 'yesterday' });
  expect(log).toEqual(['up', 'changed']);
  link.stop();
  expect(log.at(-1)).toBe('down');
  vi.advanceTimersByTime(60_000);
  link.kick();
  expect(sockets.length).toBe(1);
});
