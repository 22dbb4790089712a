/** How the cameras of the register stand now: whoever mends one must see that it gives no picture, and why. */
import { get } from '$lib/api';
import type { components } from '$schemas';
import { silentBy, type Trouble } from '../../console/cameras/trouble';
import type { Camera } from './types';

type State = components['schemas']['CameraStatesOut']['cameras'][number];
const EVERY_MS = 5000;

class Signals {
  #states = $state.raw<ReadonlyMap<string, State> | null>(null);
  #users = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Keeps it fresh until the returned function is called. */
  open(): () => void {
    this.#users += 1;
    if (this.#users === 1) {
      void this.#ask();
      this.#timer = setInterval(() => { if (!document.hidden) void this.#ask(); }, EVERY_MS);
    }
    return () => {
      this.#users -= 1;
      if (this.#users === 0) clearInterval(this.#timer);
    };
  }

  /** Why a camera that should give pictures gives none; null while it does, need not, or nothing is known. */
  wrong(one: Camera): Trouble | null {
    if (this.#states === null || one.state !== 'working' || !one.has_stream || one.disabled) return null;
    const told = this.#states.get(one.id);
    return told ? silentBy(told.signal, told.why) : 'unserved';
  }

  async #ask(): Promise<void> {
    try {
      const found = await get<components['schemas']['CameraStatesOut']>('/api/camera-states');
      this.#states = new Map(found.cameras.map((one) => [one.camera_id, one]));
    } catch {
      this.#states = null; // nothing is better than what was
    }
  }
}

export const signals = new Signals();
