/** The committee's form and what is to be corrected, as the screens see them. */
import type { components } from '$lib/api.d';

export type Item = components['schemas']['CommitteeItemOut'];
export type Visit = components['schemas']['CommitteeVisitOut'];
export type Action = components['schemas']['CorrectiveActionOut'];
export const PARTS = ['area', 'people', 'place', 'patrol', 'tech', 'ease'] as const;
export const MARKS = [0, 1, 2, 3, 4, null] as const;

/** Open ones that are late, then open ones by day, then what is settled. */
export function inOrder(actions: readonly Action[]): Action[] {
  const rank = (one: Action) => (one.state !== 'open' ? 2 : one.late ? 0 : 1);
  return [...actions].sort((a, b) => rank(a) - rank(b) || a.due.localeCompare(b.due));
}
