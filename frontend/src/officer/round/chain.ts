/** The chain on the phone: every deed gets the next number and names the digest of the one before. */
import { freshKey, sha256, signText } from './key';
import type { Store } from './store';
import type { Deed, PhoneKey } from './types';

/** The text that is signed and kept as it is. */
export const bodyOf = (deed: Deed, phone: string, seq: number, prev: string): string => JSON.stringify({ v: 1, phone, seq, prev, ...deed });

/** The key that signs now, made where there is none. */
export async function keyOf(store: Store): Promise<PhoneKey> {
  const there = await store.live();
  if (there) return there;
  const { pair, spki, key } = await freshKey();
  return store.begin({ key, pair, spki, id: null, seq: 0, prev: key, dead: '' });
}

/**
 * Sign everything that waits unsigned, oldest first. Another page of this phone may do the same: whoever comes second
 * to a number reads the chain again and takes the next, so none is given twice. Returns false while the key is not
 * registered (its items name the phone's id) or was stopped.
 */
export async function signAll(store: Store): Promise<boolean> {
  for (;;) {
    const unsigned = (await store.waiting()).filter((one) => one.signed === null && one.aside === null);
    if (unsigned.length === 0) return true;
    for (const next of unsigned) {
      const phone = await store.live();
      if (!phone || phone.id === null) return false;
      const seq = phone.seq + 1;
      const body = bodyOf(next.deed, phone.id, seq, phone.prev);
      const [sig, digest] = await Promise.all([signText(phone.pair, body), sha256(body)]);
      if (!(await store.seal(next.n, phone.prev, { key: phone.key, seq, digest, body, sig }))) break;
    }
  }
}
