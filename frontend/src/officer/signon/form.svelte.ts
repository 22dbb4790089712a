/** The sign-on form as one live thing: asked of the centre, kept for when there is no line, and what the reader changed. */
import { get } from '$lib/api';
import type { SignOn, Touched } from './plan';

const KEPT = 'unjai.officer.signon';

export class SignOnForm {
  form = $state.raw<SignOn | null>(null);
  /** When the kept form was seen, ms; 0 while it is fresh from the centre. */
  keptAt = $state(0);
  touched = $state<Touched>({});
  readonly account: string;

  constructor(account: string) {
    this.account = account;
    this.#recall();
  }

  async load(): Promise<void> {
    try {
      this.form = await get<SignOn>('/api/officer/duty', { timeout_ms: 10_000 });
      this.keptAt = 0;
      localStorage.setItem(KEPT, JSON.stringify({ account: this.account, at: Date.now(), form: this.form }));
    } catch {
      // What was kept stands; without it the press alone says enough.
    }
  }

  #recall(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as { account: string; at: number; form: SignOn } | null;
      // A roster of yesterday proposes nothing for today.
      if (kept?.account !== this.account || Date.now() - kept.at > 12 * 3_600_000) return;
      this.form = kept.form;
      this.keptAt = kept.at;
    } catch {
      // Nothing kept.
    }
  }
}
