/** Whether the page may be loaded anew without anybody noticing. Pure. */
import type { Step } from './duty';

export interface Doing {
  step: Step;
  /** What waits to be sent, refused or not, and what is on its way. */
  waiting: number;
  sending: boolean;
  calling: boolean;
  lineUp: boolean;
  /** A page beside the work at hand is open: a round with its running visit, a message half written. */
  beside: boolean;
  /** A dialog is open, or a field has the focus. */
  busyHands: boolean;
  /** Since the last touch, s. */
  quiet_s: number;
}

export const CALM_S = 20;

/** Only off duty or free, with the line up, with nothing waiting, nothing open, and no hand on it for a while. */
export function mayReload(doing: Doing): boolean {
  return (doing.step === 'off' || doing.step === 'free') && doing.lineUp && doing.waiting === 0 && !doing.sending && !doing.calling && !doing.beside && !doing.busyHands && doing.quiet_s >= CALM_S;
}
