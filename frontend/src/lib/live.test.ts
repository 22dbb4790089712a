import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff, decodeMarks, Feed, liveUrl, MARK_BYTES, Sequence, type LiveReader, type Mark } from './live';

function frame(seq: number, marks: (Omit<Mark, 'heading'> & { heading: number | null })[]): ArrayBuffer {
  const buffer = new ArrayBuffer(4 + marks.length * MARK_BYTES);
  const view = new DataView(buffer);
  view.setUint32(0, seq, true);
  marks.forEach((one, n) => {
    const at = 4 + n * MARK_BYTES;
    view.setUint32(at, one.mark, true);
    view.setInt32(at + 4, Math.round(one.lat * 1e7), true);
    view.setInt32(at + 8, Math.round(one.lon * 1e7), true);
    view.setUint16(at + 12, one.heading === null ? 65535 : Math.round(one.heading * 100), true);
    view.setUint8(at + 14, one.kind);
    view.setUint8(at + 15, one.state);
    view.setUint32(at + 16, one.observed_s, true);
  });
  return buffer;
}

const one: Mark = { mark: 7, lon: 98.9853412, lat: 18.8020011, heading: 271.25, kind: 2, state: 3, observed_s: 1_795_300_449 };

describe('decodeMarks', () => {
  it('reads what was written', () => {
    const south = { ...one, mark: 4_294_967_295, lon: -73.5, lat: -33.1, heading: null };
    const { seq, marks } = decodeMarks(frame(41, [one, south]));
    expect(seq).toBe(41);
    expect(marks[0]).toEqual(one);
    expect(marks[1]).toEqual(south);
  });
  it('accepts a frame without marks', () => expect(decodeMarks(frame(1, []))).toEqual({ seq: 1, marks: [] }));
  it.each([0, 3, 5, 23, 25])('refuses %i bytes', (bytes) => expect(() => decodeMarks(new ArrayBuffer(bytes))).toThrow(RangeError));
});

describe('Sequence', () => {
  it('applies in order, ignores the old, resyncs on a gap', () => {
    const sequence = new Sequence();
    expect(sequence.change(1)).toBe('ignore');
    sequence.snapshot(10);
    expect(sequence.change(11)).toBe('apply');
    expect(sequence.change(11)).toBe('ignore');
    expect(sequence.tick(11)).toBe('ignore');
    expect(sequence.change(13)).toBe('resync');
    expect(sequence.change(14)).toBe('ignore');
    sequence.snapshot(14);
    expect(sequence.tick(15)).toBe('resync');
  });
});

describe('backoff', () => {
  it('doubles to eight seconds and spreads', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((n) => backoff(n, () => 0))).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
    expect(backoff(0, () => 1)).toBe(625);
  });
});

it('speaks to its own host', () => {
  expect(liveUrl('/api/live', { protocol: 'https:', host: 'ccoc.example' })).toBe('wss://ccoc.example/api/live');
  expect(liveUrl('/api/live', { protocol: 'http:', host: '127.0.0.1:8080' })).toBe('ws://127.0.0.1:8080/api/live');
});

class FakeLine {
  binaryType = '';
  readyState = 1;
  sent: string[] = [];
  closed = false;
  onopen: ((event: Event) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
  say(data: unknown) {
    this.onmessage?.({ data: data instanceof ArrayBuffer ? data : JSON.stringify(data) } as MessageEvent);
  }
}

describe('Feed', () => {
  let lines: FakeLine[];
  let heard: string[];
  let feed: Feed;
  const latest = () => lines[lines.length - 1] as FakeLine;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(0);
    lines = [];
    heard = [];
    const reader: LiveReader = {
      snapshot: (m) => heard.push(`snapshot ${m.seq}`),
      delta: (m) => heard.push(`delta ${m.seq}`),
      marks: (m) => heard.push(`marks ${m.seq}`),
      tick: (m) => heard.push(`tick ${m.seq}`),
      line: (open) => heard.push(open ? 'open' : 'lost'),
    };
    feed = new Feed('ws://x/api/live', reader, {
      connect: () => {
        const line = new FakeLine();
        lines.push(line);
        return line;
      },
    });
    feed.start();
    latest().onopen?.({} as Event);
    latest().say({ type: 'snapshot', seq: 5 });
  });
  afterEach(() => {
    feed.stop();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('applies text and binary in one count', () => {
    latest().say({ type: 'delta', seq: 6 });
    latest().say(frame(7, [one]));
    latest().say({ type: 'tick', seq: 7 });
    expect(heard).toEqual(['open', 'snapshot 5', 'delta 6', 'marks 7', 'tick 7']);
    expect(latest().sent).toEqual([]);
  });

  it('comes back at once when its rights changed, and calls the line cut only if that fails', () => {
    latest().onclose?.({ code: 4401 } as CloseEvent);
    expect(lines).toHaveLength(2);
    expect(heard).not.toContain('lost');
    latest().onopen?.({} as Event);
    latest().say({ type: 'snapshot', seq: 9 });
    latest().onclose?.({ code: 4401 } as CloseEvent);
    expect(lines).toHaveLength(3);
    latest().onclose?.({ code: 4401 } as CloseEvent);
    expect(heard.at(-1)).toBe('lost');
    expect(lines).toHaveLength(3);
    vi.advanceTimersByTime(1000);
    expect(lines).toHaveLength(4);
  });

  it('asks once for a snapshot after a gap, and goes on from it', () => {
    latest().say({ type: 'delta', seq: 8 });
    latest().say(frame(9, [one]));
    expect(latest().sent).toEqual(['{"type":"resync"}']);
    latest().say({ type: 'snapshot', seq: 9 });
    latest().say({ type: 'delta', seq: 10 });
    expect(heard).toEqual(['open', 'snapshot 5', 'snapshot 9', 'delta 10']);
  });

  it('asks again on a broken frame', () => {
    latest().say(new ArrayBuffer(9));
    expect(latest().sent).toEqual(['{"type":"resync"}']);
  });

  it('sees by a tick that the last change was lost', () => {
    latest().say({ type: 'tick', seq: 6 });
    expect(latest().sent).toEqual(['{"type":"resync"}']);
  });

  it('takes silence for a cut line and comes back', () => {
    vi.advanceTimersByTime(5000);
    expect(lines[0]?.closed).toBe(true);
    expect(heard.at(-1)).toBe('lost');
    vi.advanceTimersByTime(500);
    expect(lines).toHaveLength(2);
    latest().onopen?.({} as Event);
    latest().say({ type: 'snapshot', seq: 77 });
    latest().say({ type: 'delta', seq: 78 });
    expect(heard.slice(-3)).toEqual(['open', 'snapshot 77', 'delta 78']);
  });

  it('drops a line that answers no resync', () => {
    latest().say({ type: 'delta', seq: 9 });
    for (let n = 0; n < 4; n += 1) {
      vi.advanceTimersByTime(1000);
      lines[0]?.say({ type: 'tick', seq: 9 });
    }
    expect(lines[0]?.closed).toBe(true);
    vi.advanceTimersByTime(500);
    expect(lines).toHaveLength(2);
  });

  it('waits longer each time nobody answers', () => {
    latest().onclose?.({} as CloseEvent);
    vi.advanceTimersByTime(500);
    expect(lines).toHaveLength(2);
    latest().onclose?.({} as CloseEvent);
    vi.advanceTimersByTime(999);
    expect(lines).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(lines).toHaveLength(3);
  });

  it('stays silent once stopped', () => {
    feed.stop();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
  });
});
