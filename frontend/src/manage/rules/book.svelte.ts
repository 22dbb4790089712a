/** What the pages of rules share: the rules, their kinds, and what a form chooses from. */
import { get } from '$lib/api';
import type { Device, EventCode, Unit, Zone } from '$lib/types';
import { may } from '$lib/session.svelte';
import type { Kinds, Rule } from './types';

class Book {
  rules = $state.raw<Rule[] | null>(null);
  kinds = $state.raw<Kinds | null>(null);
  zone = $state.raw<Zone | null>(null);
  devices = $state.raw<Device[]>([]);
  units = $state.raw<Unit[]>([]);
  codes = $state.raw<EventCode[]>([]);

  async load(): Promise<void> {
    const [rules, kinds] = await Promise.all([get<Rule[]>('/api/rules'), this.kinds ?? get<Kinds>('/api/rules/kinds')]);
    this.rules = rules;
    this.kinds = kinds;
  }

  /** What forms choose from; each part on its own, so that a missing right leaves only its part empty. */
  async lists(): Promise<void> {
    const part = <T>(right: string, path: string, put: (found: T) => void) => (may(right) ? get<T>(path).then(put, () => undefined) : Promise.resolve());
    await Promise.all([
      part<Zone>('zone.read', '/api/zone', (found) => (this.zone = found)),
      part<Device[]>('device.read', '/api/devices', (found) => (this.devices = found)),
      part<Unit[]>('unit.read', '/api/units', (found) => (this.units = found)),
      part<EventCode[]>('incident.read', '/api/event-codes', (found) => (this.codes = found)),
    ]);
  }

  put(rule: Rule): void {
    const rest = (this.rules ?? []).filter((one) => one.id !== rule.id);
    const at = (this.rules ?? []).findIndex((one) => one.id === rule.id);
    this.rules = at < 0 ? [...rest, rule] : [...rest.slice(0, at), rule, ...rest.slice(at)];
  }

  drop(id: string): void {
    this.rules = (this.rules ?? []).filter((one) => one.id !== id);
  }
}

export const book = new Book();
