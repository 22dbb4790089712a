/** The cameras of the register and how each stands now, asked for while somebody looks at a screen of cameras. */
import { SvelteMap } from 'svelte/reactivity';
import { asApiError, get, type ApiError } from '$lib/api';
import type { components } from '$schemas';
import type { Subzone, Zone } from '$lib/types';
import type { Ail, Ails, Camera, CameraState } from './choose';

export interface Owner {
  kind: string;
  name_th: string;
  name_en: string;
}
const STATES_MS = 3000;
const AILS_MS = 10_000;
const PATIENCE_MS = 4000;
const REGISTER_MS = 60_000;

class Cameras {
  all = $state.raw<readonly Camera[] | null>(null);
  states = $state.raw<ReadonlyMap<string, CameraState>>(new Map());
  /** What health found wrong with pictures, and is not over. */
  ails = $state.raw<Ails>(new Map());
  zones = $state.raw<readonly Subzone[]>([]);
  owners = $state.raw<readonly Owner[]>([]);
  error = $state.raw<ApiError | null>(null);
  /** When the states were last told (this screen's clock); null before the first word. */
  heard = $state<number | null>(null);
  /** This screen's clock, once a second. */
  now = $state(Date.now());
  hidden = $state(typeof document === 'object' && document.hidden);
  #begun = $state(Date.now());
  /** Whether it is known, or was asked for long enough in vain, how the cameras stand. */
  known = $derived(this.heard !== null || this.now - this.#begun > PATIENCE_MS);
  #users = 0;
  #timers: ReturnType<typeof setInterval>[] = [];

  /** Keeps all of it fresh until the returned function is called. */
  open(): () => void {
    this.#users += 1;
    if (this.#users === 1) {
      this.#begun = Date.now();
      document.addEventListener('visibilitychange', this.#seen);
      this.#seen();
      void this.load();
      void this.#ask();
      void this.#askAils();
      this.#timers = [
        setInterval(() => (this.now = Date.now()), 1000),
        setInterval(() => { if (!this.hidden) void this.#ask(); }, STATES_MS),
        setInterval(() => { if (!this.hidden) void this.#askAils(); }, AILS_MS),
        setInterval(() => { if (!this.hidden) void this.load(); }, REGISTER_MS),
      ];
    }
    return () => {
      this.#users -= 1;
      if (this.#users > 0) return;
      this.#timers.forEach(clearInterval);
      document.removeEventListener('visibilitychange', this.#seen);
    };
  }

  readonly #seen = () => {
    const before = this.hidden;
    this.hidden = document.hidden;
    this.now = Date.now();
    if (before && !this.hidden) void this.#ask();
  };

  async load(): Promise<void> {
    try {
      this.all = await get<Camera[]>('/api/cameras');
      this.error = null;
      if (!this.owners.length) this.owners = (await get<{ owners: Owner[] }>('/api/kinds')).owners;
      if (!this.zones.length) this.zones = (await get<Zone>('/api/zone')).subzones;
    } catch (thrown) {
      if (this.all === null) this.error = asApiError(thrown);
    }
  }

  async #ask(): Promise<void> {
    try {
      const found = await get<components['schemas']['CameraStatesOut']>('/api/camera-states', { timeout_ms: 8000 });
      this.states = new Map(found.cameras.map((one) => [one.camera_id, one]));
      this.heard = Date.now();
    } catch {
      // What was heard stays, with its age.
    }
  }

  async #askAils(): Promise<void> {
    try {
      const found = new Map<string, Ail[]>();
      for (const one of await get<Ail[]>('/api/camera-troubles', { timeout_ms: 8000 })) found.set(one.camera_id, [...(found.get(one.camera_id) ?? []), one]);
      this.ails = found;
    } catch {
      // As above: the next asking mends it.
    }
  }
}

export const cameras = new Cameras();

/** Kept stills of this screen, so that a tile that comes back shows its last picture with its age at once. */
export const stills = new SvelteMap<string, { url: string; at: number }>();
