import { expect, test } from 'vitest';
import { added, answered, asked, mended, moved, removed, type Step } from './list';

const step = (key: string, more: Partial<Step> = {}): Step => ({ key, th: key, en: key, who: 'operator', required: true, answers: [], next: null, does: null, ...more });

test('a way to a step that is gone, or that now stands above, falls away', () => {
  const steps = [step('a', { next: 'c' }), step('b'), step('c')];
  expect(removed(steps, 2)[0]?.next).toBeNull();
  expect(moved(steps, 2, -2)[1]?.next).toBeNull();
  expect(moved(steps, 1, 1)[0]?.next).toBe('c');
});

test('moving beyond the ends changes nothing', () => {
  const steps = [step('a'), step('b')];
  expect(moved(steps, 0, -1)).toEqual(steps);
  expect(moved(steps, 1, 1)).toEqual(steps);
});

test('new steps and answers have keys of their own', () => {
  let steps = [step('step_2')];
  for (let n = 0; n < 5; n += 1) steps = added(steps);
  expect(new Set(steps.map((one) => one.key)).size).toBe(6);
  const question = answered(answered(asked(step('q', { does: 'arrive' }))));
  expect(question.does).toBeNull();
  expect(new Set(question.answers?.map((one) => one.key)).size).toBe(4);
  expect(asked(question).answers).toEqual([]);
});

test('the end is always forward', () => {
  expect(mended([step('a', { next: 'end' })])[0]?.next).toBe('end');
});
