/** Commands that wait for a decision, because a colleague changed the same thing meanwhile: one an incident. */
import type { TimelineEntry } from '$lib/types';
import type { Overwriting } from './meanwhile';

export interface Clash {
  incident_id: string;
  number: string;
  verb: Overwriting;
  /** The command in words. */
  told: string;
  news: readonly TimelineEntry[];
  /** Sends the command all the same. */
  mine: () => Promise<unknown>;
}

class Clashes {
  list = $state.raw<readonly Clash[]>([]);

  raise(clash: Clash): void {
    this.list = [...this.list.filter((one) => one.incident_id !== clash.incident_id), clash];
  }
  of(incident_id: string): Clash | undefined {
    return this.list.find((one) => one.incident_id === incident_id);
  }
  /** It was decided, or the same command went through. */
  settle(incident_id: string, verb?: Overwriting): void {
    this.list = this.list.filter((one) => one.incident_id !== incident_id || (verb !== undefined && one.verb !== verb));
  }
}

export const clashes = new Clashes();
