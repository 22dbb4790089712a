import { describe, expect, it } from 'vitest';
import en from './en.json';
import { heard, HURT, lastWord, MANY, mayTakeBack, nextAsked, page, phoneNumber, pressed, recall, slipsOf, smsAddress, stepsDone, STALE_MS, takeBackLeft, TAKE_BACK_MS, WHATS, type Help, type Status } from './help';
import th from './th.json';

const T0 = 1_795_000_000_000;
const fresh = pressed('h1', T0);
const sent: Help = { ...fresh, sentAt: T0 + 200, settled: true };
const at = (status: Status): Help => heard(sent, { status }, T0 + 9_000);

describe('which page a call for help means', () => {
  it.each<[string, Help | null, number, string]>([
    ['nothing pressed', null, T0, 'home'],
    ['just pressed', fresh, T0, 'grace'],
    ['just pressed and already there', { ...fresh, sentAt: T0 + 80 }, T0 + 100, 'grace'],
    ['five seconds later, there', { ...fresh, sentAt: T0 + 80 }, T0 + TAKE_BACK_MS, 'following'],
    ['five seconds later, no line', fresh, T0 + TAKE_BACK_MS, 'unsent'],
    ['settled early', { ...fresh, settled: true }, T0 + 100, 'unsent'],
    ['no line for a quarter of an hour', fresh, T0 + STALE_MS + 1, 'stale'],
    ['pressed in the future: a clock set back', fresh, T0 - STALE_MS - 1, 'stale'],
    ['refused', { ...fresh, refused: { code: 'x', th: '', en: '' } }, T0 + 50, 'refused'],
    ['received', at('received'), T0 + 10_000, 'following'],
    ['on the way, and the line is lost for an hour', at('on_the_way'), T0 + 3_600_000, 'following'],
    ['closed', at('closed'), T0 + 10_000, 'closed'],
    ['closed within the first seconds', heard(fresh, { status: 'closed' }, T0 + 900), T0 + 1_000, 'closed'],
  ])('%s', (_name, help, now, expected) => expect(page(help, now)).toBe(expected));
});

it('can be taken back for five seconds, and as long as it has not gone out', () => {
  expect([0, 1, 4_001, 4_999, 5_000, 9_000].map((ms) => takeBackLeft(fresh, T0 + ms))).toEqual([5, 5, 1, 1, 0, 0]);
  expect(mayTakeBack(fresh, T0 + 100)).toBe(true);
  expect(mayTakeBack(fresh, T0 + 60_000)).toBe(true);
  expect(mayTakeBack(sent, T0 + 60_000)).toBe(false);
  expect(mayTakeBack(at('closed'), T0)).toBe(false);
});

it('an answer proves that the call is there, even if its own answer was lost', () => {
  expect(heard(fresh, { status: 'acknowledged' }, T0 + 7_000)).toMatchObject({ sentAt: T0 + 7_000, answeredAt: T0 + 7_000 });
});

it('knows nothing from no answer, and nothing from a word it does not know', () => {
  expect(heard(sent, null, T0)).toBe(sent);
  expect(heard(sent, { status: 'dancing' as Status }, T0)).toBe(sent);
});

it('counts steps', () => {
  expect(stepsDone(fresh)).toBe(0);
  expect(stepsDone(sent)).toBe(1);
  expect((['received', 'acknowledged', 'on_the_way', 'arrived', 'closed'] as Status[]).map((status) => stepsDone(at(status)))).toEqual([1, 2, 3, 4, 4]);
});

describe('after a reload', () => {
  it('goes on where it was', () => expect(recall(JSON.stringify(at('on_the_way')), T0 + 60_000)).toEqual(at('on_the_way')));
  it.each([['nothing', null], ['junk', '{'], ['another shape', '{"id":5}'], ['null', 'null']])('%s is nothing', (_name, text) => expect(recall(text, T0)).toBeNull());
  it('forgets after twelve hours', () => {
    expect(recall(JSON.stringify(sent), T0 + 11 * 3_600_000)).not.toBeNull();
    expect(recall(JSON.stringify(sent), T0 + 13 * 3_600_000)).toBeNull();
  });
  it('fills what an older page did not keep', () => expect(recall(JSON.stringify({ id: 'h', pressedAt: T0 }), T0)).toEqual({ ...pressed('h', T0) }));
});

it('reads phone numbers as people type them', () => {
  expect(phoneNumber('081-234-5678')).toBe('0812345678');
  expect(phoneNumber('๐๘๑ ๒๓๔ ๕๖๗๘')).toBe('0812345678');
  expect(phoneNumber('+66 81 234 5678')).toBe('+66812345678');
  expect(phoneNumber('02 123 4567')).toBe('021234567');
  for (const none of ['', '191', 'abc', '08123456789', '81 234 5678']) expect(phoneNumber(none)).toBeNull();
});

it('makes a text message with the place in it', () => {
  expect(smsAddress('ช่วยด้วย 13.75,100.5 & รีบมา')).toBe(`sms:?&body=${encodeURIComponent('ช่วยด้วย 13.75,100.5 & รีบมา')}`);
});

describe('what is told after the press', () => {
  it('has words for every touch, in both languages', () => {
    const keys = [...WHATS.map((one) => `help.what.${one}`), ...MANY.map((one) => `help.many.${one}`), ...HURT.map((one) => `help.hurt.${one}`)];
    for (const key of keys) for (const words of [th, en] as Record<string, string>[]) expect(words[key], key).toBeTruthy();
  });
  it('is asked one thing at a time, and none twice', () => {
    expect(nextAsked({}, [])).toBe('what');
    expect(nextAsked({ what: 'ill' }, [])).toBe('many');
    expect(nextAsked({}, ['what', 'many'])).toBe('hurt');
    expect(nextAsked({ hurt: 'no' }, ['what', 'many'])).toBeNull();
  });
});

it('keeps a hidden call hidden over a reload, and never stands in the first seconds with it', () => {
  const hidden = pressed('h', T0, 'calculator');
  expect(page(hidden, T0 + 10)).toBe('unsent');
  expect(recall(JSON.stringify(hidden), T0)).toEqual(hidden);
  expect(recall(JSON.stringify({ ...hidden, hidden: 'clock' }), T0)?.hidden).toBeNull();
});

it('tells the centre of its own last word only', () => {
  const word = (seq: number, from_caller: boolean) => ({ seq, from_caller, sort: 'word' as const, text: 'x', at: '', seen: false });
  expect(lastWord(heard(sent, { status: 'received', words: [word(4, false), word(7, true)] }, T0))).toBe(4);
  expect(lastWord(sent)).toBeNull();
});

it('remembers presses by mistake for thirty days, on this phone alone', () => {
  const day = 24 * 3_600_000;
  expect(slipsOf('[1]', T0, T0)).toEqual([T0]);
  expect(slipsOf(JSON.stringify([T0]), T0 + day, T0)).toEqual([T0]);
  expect(slipsOf(JSON.stringify([T0]), T0 + 31 * day)).toEqual([]);
  expect(slipsOf('junk', T0)).toEqual([]);
});
