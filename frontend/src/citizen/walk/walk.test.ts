import { describe, expect, it } from 'vitest';
import { plane } from '$lib/near';
import { memoryTrail, Trail } from './trail';
import { AFTER_MS, ahead, along, answered, answerLeft, began, ended, FORGET_MS, heard, kindOf, nextAt, padded, recall, recallGoals, remember, spotAt, stretches, tells, type Goal, type Stands, type Street, type Walk, type Way } from './walk';

const NOW = Date.parse('2026-11-22T15:00:00Z');
const GOAL: Goal = { type: 'place', name_th: 'ตลาด', name_en: 'Market', lon: 100.003, lat: 18 };
const street = (name: string, until: number): Street => ({ name_th: name, name_en: name, metres: 106, until, ease: 0.4, at_most: 0.8, good: [], bad: [], unknown: [] });
/** Three stretches of about 106 m to the east; the first two of one name. */
const WAY: Way = { kinds: ['quickest'], words: {}, metres: 318, seconds: 229, minutes: 4, ease: 0.4, at_most: 0.8, unlit_m: 0, unlit_share: 0, streets: [street('ก', 1), street('ก', 2), street('ข', 3)], points: [[100, 18], [100.001, 18], [100.002, 18], [100.003, 18]] };
const walk = (): Walk => began({ id: 'w', token: 'secret', expected_at: '2026-11-22T15:05:00Z', way: WAY }, GOAL, NOW, 0);
const stands = (state: Stands['state'], asked_at?: string): Stands => ({ state, expected_at: '2026-11-22T15:05:00Z', way_no: 0, check: asked_at ? { why: 'strayed', asked_at, answer_s: 45 } : null });
const ASKED = '2026-11-22T15:00:00Z';

describe('a walk as the centre tells it', () => {
  it('begins, is walked, is asked, ends', () => {
    expect(heard(walk(), stands('begun'), NOW).state).toBe('begun');
    const asked = heard(walk(), stands('asked', ASKED), NOW);
    expect([asked.state, asked.check?.why]).toEqual(['asked', 'strayed']);
    expect(heard(asked, stands('walking'), NOW).check).toBeNull();
    const over = heard(asked, stands('ended'), NOW);
    expect([over.state, over.endedAt]).toEqual(['ended', NOW]);
    expect(heard(over, stands('walking'), NOW)).toBe(over);
  });
  it('never puts a question again that was answered here, and puts a new one', () => {
    const said = answered(heard(walk(), stands('asked', ASKED), NOW));
    expect([said.state, said.check]).toEqual(['walking', null]);
    expect(heard(said, stands('asked', ASKED), NOW).state).toBe('walking');
    expect(heard(said, stands('asked', '2026-11-22T15:09:00Z'), NOW).state).toBe('asked');
  });
  it('counts down by the clock of the centre, never above what there was, never below nothing', () => {
    const asked = { ...heard(walk(), stands('asked', ASKED), NOW), ahead: 3_600_000 };
    expect(answerLeft(asked, NOW - 3_600_000)).toBe(45);
    expect(answerLeft(asked, NOW - 3_600_000 + 20_500)).toBe(25);
    expect(answerLeft(asked, NOW)).toBe(0);
    expect(answerLeft(asked, NOW - 2 * 3_600_000)).toBe(45);
  });
  it('goes on telling for a while after every end, and not for ever', () => {
    const byHer = ended(walk(), NOW);
    const byCentre = heard(walk(), stands('ended'), NOW);
    for (const one of [byHer, byCentre]) expect([tells(one, NOW + AFTER_MS - 1), tells(one, NOW + AFTER_MS)]).toEqual([true, false]);
    expect(tells(null, NOW)).toBe(false);
    expect(tells(walk(), NOW + 7 * 3_600_000)).toBe(false);
  });
});

describe('every word goes out alike', () => {
  const words = ['', 'ok', 'สบายดี', 'ดอกไม้', 'é', 'ñandú x', 'a'.repeat(40), 'ก'.repeat(40), '🌸'.repeat(40), 'x'.repeat(90)];
  it('in the same number of bytes, at most 80 letters', () => {
    for (const word of words) {
      expect([...padded(word)].length).toBeLessThanOrEqual(80);
      expect([word, new TextEncoder().encode(JSON.stringify({ word: padded(word) })).length]).toEqual([word, 171]);
    }
  });
  it('with nothing but spaces around it', () => {
    for (const word of words) expect(padded(word).normalize('NFKC').replace(/\s/g, '')).toBe([...word].slice(0, 40).join('').normalize('NFKC').replace(/\s/g, ''));
  });
});

describe('where she is', () => {
  it('parts a way into its streets, end to end', () => {
    const parts = stretches(WAY);
    expect(parts.map((one) => one.points.length)).toEqual([2, 2, 2]);
    expect(parts[1]?.points[0]).toEqual(parts[0]?.points[1]);
  });
  it('finds the nearest point of the line', () => {
    const at = along([{ lon: 100, lat: 18 }, { lon: 100.003, lat: 18 }], { lon: 100.0015, lat: 18.0002 });
    expect(at.at).toBeCloseTo(158.6, 0);
    expect(at.of).toBeCloseTo(317.2, 0);
    expect(at.off).toBeCloseTo(22.2, 0);
  });
  it('names the next street that has another name', () => {
    const found = ahead(WAY, { lon: 100.0005, lat: 18 });
    expect([found?.here.name_th, found?.next?.name_th]).toEqual(['ก', 'ข']);
    expect(found?.metres).toBeCloseTo(158.6, 0);
    expect(found?.left).toBeCloseTo(264.4, 0);
    const last = ahead(WAY, { lon: 100.003, lat: 18 });
    expect([last?.here.name_th, last?.next]).toEqual(['ข', null]);
    expect(ahead({ ...WAY, streets: [] }, GOAL)).toBeNull();
  });
  it('turns a place of the picture into one of the world', () => {
    const centre = { lon: 98.98, lat: 18.8 };
    const on = plane([centre], 300, 200, 500, 0);
    const spot = spotAt(on, 40, 30, centre);
    const [x, y] = on.at(spot);
    expect([x, y].map(Math.round)).toEqual([40, 30]);
  });
});

it('never takes silence for safety', () => {
  expect(kindOf({ ease: 0, at_most: 1 })).toBe('unknown');
  expect(kindOf({ ease: 0.1, at_most: 0.4 })).toBe('poor');
  expect(kindOf({ ease: 0.3, at_most: 1 })).toBe('some');
  expect(kindOf({ ease: 0.5, at_most: 0.5 })).toBe('good');
});

it('knows when it is an hour next in Bangkok', () => {
  expect(new Date(nextAt('23:00', NOW) ?? 0).toISOString()).toBe('2026-11-22T16:00:00.000Z');
  expect(new Date(nextAt('22:00', NOW) ?? 0).toISOString()).toBe('2026-11-23T15:00:00.000Z');
  expect(nextAt('25:00', NOW)).toBeNull();
});

describe('what the phone keeps', () => {
  it('reads its own walk again, and nothing else', () => {
    expect(recall(JSON.stringify(walk()), NOW)).toEqual(walk());
    for (const junk of [null, '', '{', 'null', '[]', '{"id":"w"}', JSON.stringify({ ...walk(), way: null })]) expect(recall(junk, NOW)).toBeNull();
    expect(recall(JSON.stringify(walk()), NOW + FORGET_MS + 1)).toBeNull();
    expect(recall(JSON.stringify(walk()), NOW + 7 * 3_600_000)?.state).toBe('ended');
  });
  it('remembers a few places, the last one first, each once', () => {
    const other = { ...GOAL, name_th: 'วัด', lat: 19 };
    expect(remember([other, GOAL], GOAL)).toEqual([GOAL, other]);
    expect(recallGoals(JSON.stringify([GOAL, 1, { lon: 1 }]))).toEqual([GOAL]);
    expect(recallGoals('{')).toEqual([]);
  });
});

describe('positions', () => {
  const fix = { lon: 1, lat: 2, acc: 5, tst: 10 };
  it('are taken each five seconds, kept until they are there, and numbered on over a reload', async () => {
    const shelf = memoryTrail();
    const trail = new Trail(shelf);
    expect([0, 4_999, 5_000, 10_000].map((at) => trail.add(fix, at))).toEqual([true, false, true, true]);
    expect(trail.list().map((one) => one.no)).toEqual([1, 2, 3]);
    trail.done(2);
    expect((await shelf.all()).map((one) => one.no)).toEqual([3]);
    const next = new Trail(shelf);
    await next.start(9);
    next.add(fix, 0);
    expect(next.list().map((one) => one.no)).toEqual([3, 10]);
  });
  it('are sent in lists that the door takes, the oldest first; an hour is kept', () => {
    const trail = new Trail(memoryTrail());
    for (let n = 0; n < 1_000; n += 1) trail.add(fix, n * 5_000);
    expect([trail.waiting, trail.list().length, trail.list()[0]?.no]).toEqual([720, 300, 281]);
  });
});
