/** Editing a check list. Pure: every change gives a new list; ways that would lead backwards fall away. */
import type { components } from '$schemas';

export type Step = components['schemas']['StepIo'];
export type Answer = components['schemas']['AnswerIo'];
export const END = 'end';

/** A key that no step of the list has. */
export function freshKey(steps: readonly Step[], stem = 'step'): string {
  const taken = new Set(steps.map((step) => step.key));
  for (let n = steps.length + 1; ; n += 1) if (!taken.has(`${stem}_${n}`)) return `${stem}_${n}`;
}

/** Without ways to steps that are gone or no longer further down. */
export function mended(steps: readonly Step[]): Step[] {
  const place = new Map(steps.map((step, n) => [step.key, n]));
  const forward = (to: string | null | undefined, n: number) => (to && (to === END || (place.get(to) ?? -1) > n) ? to : null);
  return steps.map((step, n) => ({ ...step, next: forward(step.next, n), answers: (step.answers ?? []).map((one) => ({ ...one, next: forward(one.next, n) })) }));
}

export function moved(steps: readonly Step[], from: number, by: number): Step[] {
  const to = from + by;
  if (to < 0 || to >= steps.length) return [...steps];
  const list = [...steps];
  const [step] = list.splice(from, 1);
  if (step) list.splice(to, 0, step);
  return mended(list);
}

export function removed(steps: readonly Step[], at: number): Step[] {
  return mended(steps.filter((_, n) => n !== at));
}

export function added(steps: readonly Step[]): Step[] {
  return [...steps, { key: freshKey(steps), th: '', en: '', who: 'operator', required: true, answers: [], next: null, does: null }];
}

/** A question begins with two answers, or goes back to being none. */
export function asked(step: Step): Step {
  if (step.answers?.length) return { ...step, answers: [] };
  return { ...step, does: null, answers: [{ key: 'yes', th: 'ใช่', en: 'Yes', next: null }, { key: 'no', th: 'ไม่ใช่', en: 'No', next: null }] };
}

export function answered(step: Step): Step {
  const taken = new Set((step.answers ?? []).map((one) => one.key));
  let n = taken.size + 1;
  while (taken.has(`answer_${n}`)) n += 1;
  return { ...step, answers: [...(step.answers ?? []), { key: `answer_${n}`, th: '', en: '', next: null }] };
}
