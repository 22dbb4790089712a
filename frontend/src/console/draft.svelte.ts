/** The call being written down. It outlives the closed form: nothing typed at 3 a.m. is lost by a wrong key. */
import { newId } from '$lib/id';
import type { EventCode, LonLat, Priority } from '$lib/types';

export interface Draft {
  /** Sent as Idempotency-Key: however often it is sent, it is one call. */
  key: string;
  startedAt: number;
  code: EventCode | null;
  codeText: string;
  placeText: string;
  at: LonLat | null;
  phone: string;
  name: string;
  text: string;
  /** Chosen by hand; null follows the event code. */
  priority: Priority | null;
}

const blank = (): Draft => ({ key: newId(), startedAt: Date.now(), code: null, codeText: '', placeText: '', at: null, phone: '', name: '', text: '', priority: null });

export const draft = $state<Draft>(blank());

export function clearDraft(): void {
  Object.assign(draft, blank());
}
export function draftIsBlank(): boolean {
  return !draft.code && !draft.codeText && !draft.placeText && !draft.at && !draft.phone && !draft.name && !draft.text;
}
