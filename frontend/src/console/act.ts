/** One deed at a time, and what went wrong said aloud. */
import { toasts } from '$lib/toasts.svelte';
import { detail } from './detail.svelte';

const busy = new Set<string>();

/** Runs one action at a time per name; says what failed. True when it was done. */
export async function act(name: string, work: () => Promise<void>): Promise<boolean> {
  if (busy.has(name)) return false;
  busy.add(name);
  try {
    await work();
    return true;
  } catch (thrown) {
    toasts.fail(thrown);
    void detail.fetch();
    return false;
  } finally {
    busy.delete(name);
  }
}
