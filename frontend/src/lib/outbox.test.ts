import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bodyOf, fileOf, indexedShelf, judge, memoryShelf, Outbox, pause, refusalOf, type Answer, type Entry, type OutboxOptions, type Shelf } from './outbox';

/** A centre whose line and answers the test decides; it does a thing once for each key, as the real one. */
class Centre {
  line = true;
  answers: (Answer | 'cut' | 'lost')[] = [];
  got: string[] = [];
  done = new Map<string, unknown>();
  seen: Entry[] = [];

  post = async (entry: Entry): Promise<Answer> => {
    const next = this.answers.shift() ?? { status: 200, body: {} };
    if (!this.line || next === 'cut') throw new TypeError('no line');
    this.seen.push(entry);
    this.got.push(entry.path);
    if (next === 'lost') {
      this.done.set(entry.id, entry.body);
      throw new TypeError('the answer was lost');
    }
    if (judge(next.status) === 'sent') this.done.set(entry.id, entry.body);
    return next;
  };
}

let centre: Centre;
let shelf: Shelf;
const opened: Outbox[] = [];

function open(more: Partial<OutboxOptions> = {}): Outbox {
  const outbox = new Outbox({ shelf, post: centre.post, chance: () => 1, ...more });
  opened.push(outbox);
  return outbox;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  centre = new Centre();
  shelf = memoryShelf();
});
afterEach(() => {
  for (const outbox of opened.splice(0)) outbox.stop();
  vi.useRealTimers();
});

describe('what a status means', () => {
  it.each([
    [200, 'sent'], [201, 'sent'], [204, 'sent'],
    [401, 'login'],
    [400, 'refused'], [403, 'refused'], [404, 'refused'], [409, 'refused'], [422, 'refused'],
    [408, 'later'], [425, 'later'], [429, 'later'], [500, 'later'], [502, 'later'], [503, 'later'], [304, 'later'],
  ])('%i is %s', (status, verdict) => expect(judge(status)).toBe(verdict));

  it('waits longer after each failure, up to half a minute, and spreads phones apart', () => {
    expect([1, 2, 3, 4, 5, 6, 40].map((n) => pause(n, 1))).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    expect(pause(3, 0)).toBe(2800);
    expect(pause(9, 1, 5000)).toBe(5000);
  });

  it('reads the centre’s own words, and lives with a proxy’s page', () => {
    expect(refusalOf({ status: 409, body: { error: { code: 'offer_expired', th: 'หมดเวลา', en: 'expired' } } })).toEqual({ status: 409, code: 'offer_expired', th: 'หมดเวลา', en: 'expired' });
    expect(refusalOf({ status: 404, body: '<html>' }).code).toBe('http_404');
    expect(refusalOf({ status: 413, body: null }).code).toBe('http_413');
  });
});

describe('sending', () => {
  it('sends at once and leaves nothing behind', async () => {
    const sent: string[] = [];
    const outbox = open({ onSent: (entry) => sent.push(entry.id) });
    const entry = await outbox.add({ lane: 'a', path: '/one', body: { x: 1 } });
    await outbox.flush();
    expect(sent).toEqual([entry.id]);
    expect(outbox.state).toEqual({ entries: [], sending: false, failing: false, needsLogin: false });
    expect(await shelf.all()).toEqual([]);
  });

  it('keeps order within a lane while the line is cut, and sends all when it is back', async () => {
    const outbox = open();
    centre.line = false;
    for (const path of ['/accept', '/en-route', '/on-scene']) await outbox.add({ lane: 'duty', path });
    await outbox.flush();
    expect(outbox.state.entries.map((entry) => entry.path)).toEqual(['/accept', '/en-route', '/on-scene']);
    expect(outbox.state.failing).toBe(true);
    centre.line = true;
    outbox.kick();
    await outbox.flush();
    await vi.waitUntil(() => outbox.state.entries.length === 0);
    expect(centre.got).toEqual(['/accept', '/en-route', '/on-scene']);
    expect(outbox.state.failing).toBe(false);
  });

  it('tries again by itself, waiting longer each time', async () => {
    const outbox = open();
    centre.answers = ['cut', 'cut', { status: 503, body: null }];
    await outbox.add({ lane: 'a', path: '/one' });
    await outbox.flush();
    for (const wait of [1000, 2000, 4000]) {
      expect(outbox.state.entries.length).toBe(1);
      await vi.advanceTimersByTimeAsync(wait + 300);
    }
    expect(outbox.state.entries).toEqual([]);
    expect(centre.done.size).toBe(1);
  });

  it('a new press does not wait for the pause of an old failure', async () => {
    const outbox = open();
    centre.answers = ['cut', 'cut', 'cut'];
    await outbox.add({ lane: 'a', path: '/one' });
    await outbox.flush();
    await vi.advanceTimersByTimeAsync(3_300);
    expect(outbox.state.entries[0]?.tries).toBe(3);
    await outbox.add({ lane: 'a', path: '/two' });
    await outbox.flush();
    expect(centre.got).toEqual(['/one', '/two']);
  });

  it('honours Retry-After', async () => {
    const outbox = open();
    centre.answers = [{ status: 429, body: null, retryAfterS: 20 }];
    await outbox.add({ lane: 'a', path: '/one' });
    await outbox.flush();
    await vi.advanceTimersByTimeAsync(19_000);
    expect(centre.done.size).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(centre.done.size).toBe(1);
  });

  it('uses the same key when an answer was lost: done once', async () => {
    const outbox = open();
    centre.answers = ['lost'];
    const entry = await outbox.add({ lane: 'a', path: '/help' });
    await outbox.flush();
    outbox.kick();
    await outbox.flush();
    expect(centre.seen.map((one) => one.id)).toEqual([entry.id, entry.id]);
    expect(centre.done.size).toBe(1);
  });

  it('does not let one lane wait for another that hangs', async () => {
    let release = (): void => undefined;
    const hanging = new Promise<Answer>((resolve) => {
      release = () => resolve({ status: 200, body: {} });
    });
    const got: string[] = [];
    const outbox = open({ post: (entry) => (got.push(entry.path), entry.lane === 'position' ? hanging : Promise.resolve({ status: 200, body: {} })) });
    await outbox.add({ lane: 'position', path: '/position' });
    await vi.waitUntil(() => got.length === 1);
    await outbox.add({ lane: 'distress', path: '/distress' });
    await vi.waitUntil(() => !outbox.state.entries.some((entry) => entry.lane === 'distress'));
    expect(got).toEqual(['/position', '/distress']);
    release();
    await vi.waitUntil(() => outbox.state.entries.length === 0);
  });

  it('stops at the end of the session and goes on after signing in', async () => {
    const outbox = open();
    centre.answers = [{ status: 401, body: null }];
    await outbox.add({ lane: 'a', path: '/one' });
    await outbox.flush();
    expect(outbox.state.needsLogin).toBe(true);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(centre.got.length).toBe(1);
    outbox.kick();
    await vi.waitUntil(() => outbox.state.entries.length === 0);
    expect(outbox.state.needsLogin).toBe(false);
  });
});

describe('refusals', () => {
  it('keeps a refused entry for the reader, and goes on with the lane', async () => {
    const refused: string[] = [];
    const outbox = open({ onRefused: (_entry, why) => refused.push(why.code) });
    centre.answers = [{ status: 409, body: { error: { code: 'offer_expired', th: 'ก', en: 'a' } } }];
    const first = await outbox.add({ lane: 'a', path: '/accept' });
    await outbox.add({ lane: 'a', path: '/next' });
    await vi.waitUntil(() => centre.done.size === 1);
    await outbox.flush();
    expect(refused).toEqual(['offer_expired']);
    expect(outbox.state.entries.map((entry) => [entry.id, entry.refused?.code])).toEqual([[first.id, 'offer_expired']]);
    expect((await shelf.all())[0]?.refused?.th).toBe('ก');
    await outbox.discard(first.id);
    expect(await shelf.all()).toEqual([]);
  });

  it('drops a refused position silently, and one the centre fails on for ever', async () => {
    const outbox = open();
    centre.answers = [{ status: 422, body: null }];
    await outbox.add({ lane: 'position', path: '/position', quiet: true });
    await outbox.flush();
    expect(outbox.state.entries).toEqual([]);
    centre.answers = Array.from({ length: 12 }, () => ({ status: 500, body: null }));
    await outbox.add({ lane: 'position', path: '/bad', quiet: true });
    await outbox.add({ lane: 'position', path: '/good', quiet: true });
    await vi.advanceTimersByTimeAsync(400_000);
    expect(centre.got.at(-1)).toBe('/good');
    expect(outbox.state.entries).toEqual([]);
  });
});

describe('taking back', () => {
  it('an entry discarded while on its way does not come back', async () => {
    let fail = (): void => undefined;
    const outbox = open({ post: () => new Promise((_resolve, reject) => { fail = () => reject(new TypeError('cut')); }) });
    const entry = await outbox.add({ lane: 'a', path: '/help' });
    await vi.waitUntil(() => outbox.isFlying(entry.id));
    await outbox.discard(entry.id);
    fail();
    await outbox.flush();
    expect(outbox.state.entries).toEqual([]);
    expect(await shelf.all()).toEqual([]);
  });

  it('changes only what was never tried', async () => {
    const outbox = open();
    centre.line = false;
    const first = await outbox.add({ lane: 'a', path: '/one', body: [1] });
    await outbox.flush();
    const second = await outbox.add({ lane: 'a', path: '/two', body: [1] });
    expect(await outbox.amend(first.id, [9])).toBe(false);
    expect(await outbox.amend(second.id, [1, 2])).toBe(true);
    expect((await shelf.all()).map((entry) => entry.body)).toEqual([[1], [1, 2]]);
    expect(await outbox.amend('gone', [])).toBe(false);
  });

  it('empties a lane', async () => {
    const outbox = open();
    centre.line = false;
    await outbox.add({ lane: 'a', path: '/one' });
    await outbox.add({ lane: 'b', path: '/two' });
    await outbox.flush();
    await outbox.discardLane('a');
    expect(outbox.state.entries.map((entry) => entry.path)).toEqual(['/two']);
  });
});

describe('the shelf', () => {
  it('a reload finds what was not sent, in order, in IndexedDB', async () => {
    vi.useRealTimers();
    shelf = await indexedShelf('outbox-test-reload');
    centre.line = false;
    const before = open();
    await before.add({ lane: 'a', path: '/one', body: { deep: { list: [1, 2] } } });
    await before.add({ lane: 'a', path: '/two' });
    await before.flush();
    before.stop();
    centre.line = true;
    shelf = await indexedShelf('outbox-test-reload');
    const after = open();
    await after.start();
    await after.flush();
    expect(centre.got).toEqual(['/one', '/two']);
    expect([...centre.done.values()][0]).toEqual({ deep: { list: [1, 2] } });
    expect(await shelf.all()).toEqual([]);
  });

  it('what another page sent is not sent again; what it added is', async () => {
    centre.line = false;
    const here = open();
    await here.add({ lane: 'a', path: '/one' });
    await here.flush();
    const there = open();
    await there.start();
    await there.add({ lane: 'a', path: '/two' });
    await there.flush();
    centre.line = true;
    there.kick();
    await vi.waitUntil(() => there.state.entries.length === 0);
    here.kick();
    await vi.waitUntil(() => here.state.entries.length === 0);
    expect(centre.got).toEqual(['/one', '/two']);
  });

  it('a store that hangs holds nothing up', async () => {
    const never = <T>(): Promise<T> => new Promise(() => undefined);
    shelf = { all: never, put: never, remove: never };
    const outbox = open();
    void outbox.add({ lane: 'a', path: '/help' });
    await vi.waitUntil(() => centre.done.size === 1);
  });

  it('the same id is one entry', async () => {
    const outbox = open();
    centre.line = false;
    await outbox.add({ id: 'h', lane: 'a', path: '/help' });
    await outbox.add({ id: 'h', lane: 'a', path: '/help' });
    expect(outbox.state.entries.length).toBe(1);
  });

  it('a full or forbidden shelf loses nothing while the page lives', async () => {
    shelf = { all: () => Promise.reject(new Error('no')), put: () => Promise.reject(new Error('full')), remove: () => Promise.reject(new Error('no')) };
    centre.answers = ['cut'];
    const outbox = open();
    await outbox.add({ lane: 'a', path: '/help' });
    await outbox.flush();
    expect(outbox.state.entries.length).toBe(1);
    outbox.kick();
    await vi.waitUntil(() => centre.done.size === 1);
    expect(outbox.state.entries).toEqual([]);
  });
});

describe('a file in the outbox', () => {
  it('comes back byte for byte after lying on the shelf as JSON', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, n) => (n * 31) % 256);
    const kept = JSON.parse(JSON.stringify(await bodyOf(new Blob([bytes])))) as unknown;
    const file = fileOf(kept);
    expect(new Uint8Array(await (file as Blob).arrayBuffer())).toEqual(bytes);
    expect(fileOf({ outcome: 'resolved' })).toBeNull();
    expect(fileOf(null)).toBeNull();
  });
});
