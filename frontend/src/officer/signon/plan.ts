/** What the sign-on form shows and what a press says: only what was touched; the rest the centre takes from the roster. Pure. */
import type { components } from '$schemas';

type Schemas = components['schemas'];
export type SignOn = Schemas['SignOnOut'];
export type Choice = Schemas['ChoiceOut'];
export type Hand = Schemas['HandOut'];
export type Line = Hand['line'];

export const LINES: readonly Line[] = ['prevention', 'traffic', 'investigation', 'inquiry', 'administration'];

export interface Member {
  account_id: string;
  name_th: string;
  name_en: string;
  kind: Hand['kind'] | null;
  line: Line;
}

/** What the reader changed; what is undefined was left as proposed. */
export interface Touched {
  unit_id?: string | undefined;
  shift_id?: string | undefined;
  vehicle?: string | undefined;
  registration?: string | undefined;
  odometer_km?: number | undefined;
  call_sign?: string | undefined;
  line?: Line | undefined;
  crew?: Member[] | undefined;
}

export function choiceOf(form: SignOn | null, touched: Touched): Choice | null {
  return form?.choices.find((one) => one.unit.id === touched.unit_id) ?? form?.choices[0] ?? null;
}

/** Those who go along as it stands: changed by the reader, else the roster's without oneself. */
export function crewOf(form: SignOn | null, touched: Touched, account: string): Member[] {
  if (touched.crew) return touched.crew;
  const known = new Map(form?.people.map((one) => [one.account_id, one.kind]));
  return (choiceOf(form, touched)?.crew ?? []).filter((one) => one.account_id !== account).map((one) => ({ ...one, kind: known.get(one.account_id) ?? one.kind ?? null }));
}

/** The body of the press; `at` is when it was made, by the centre's clock. */
export function bodyOf(touched: Touched, at: string): Record<string, unknown> {
  const { crew, ...rest } = touched;
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { on: true, at, ...said, ...(crew ? { crew: crew.map(({ account_id, line }) => ({ account_id, line })) } : {}) };
}

/** A volunteer may sign on only where an officer is on duty already. */
export function waitsForOfficer(form: SignOn | null, touched: Touched): boolean {
  if (!form?.kind || form.kind === 'officer') return false;
  return !choiceOf(form, touched)?.there.some((one) => one.kind === 'officer');
}

const TOLD_MS = 12 * 3_600_000;
/** How the last duty ended, where somebody else ended it within half a day. */
export function endedByOther(form: SignOn | null, now: number): SignOn['last'] {
  const last = form?.last ?? null;
  return last && last.why !== '' && now - Date.parse(last.to_at) < TOLD_MS ? last : null;
}
