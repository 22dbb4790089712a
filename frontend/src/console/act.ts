/** One deed at a time, and what went wrong said aloud. */
import { toasts } from '$lib/toasts.svelte';
import { detail } from './detail.svelte';

const busy = new Set<string>();

/** Runs one action at a time per name; says what failed. True when it was done; work says false where it still waits for a word. */
export async function act(name: string, work: () => Promise<boolean | void>): Promise<boolean> {
  if (busy.has(name)) return false;
  busy.add(name);
  try {
    return (await work()) !== false;
  } catch (thrown) {
    toasts.fail(thrown);
    void detail.fetch();
    return false;
  } finally {
    busy.delete(name);
  }
}
