/** What a press says, so that a repeat is the same press: a name of this page's installation and a number. Pure but for its shelf. */
interface Kept {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}
const BOOT = 'unjai.pole.boot';
const SEQ = 'unjai.pole.seq';

export interface Mark {
  boot: string;
  seq: number;
}

/** The next mark. Where nothing can be kept, `fresh` names this start of the page alone. */
export function nextMark(shelf: Kept | null, fresh: () => string): Mark {
  try {
    if (!shelf) throw new Error('no shelf');
    let boot = shelf.getItem(BOOT);
    if (!boot) shelf.setItem(BOOT, (boot = fresh()));
    const seq = Number(shelf.getItem(SEQ) ?? 0) + 1;
    if (!Number.isSafeInteger(seq)) throw new Error('not a number');
    shelf.setItem(SEQ, String(seq));
    return { boot, seq };
  } catch {
    return { boot: fresh(), seq: 1 };
  }
}

/** Credentials handed over in the address after `#`: `#key=…&secret=…`. They never reach a server's log. */
export function handed(hash: string): { key: string; secret: string } | null {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const key = given.get('key')?.trim();
  const secret = given.get('secret')?.trim();
  return key && secret ? { key, secret } : null;
}
