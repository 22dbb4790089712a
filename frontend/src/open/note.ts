/** A signed note (C2SP): what is signed, and the signature of the key named in it. Checked here, in the reader's browser. */

export interface Key {
  id: string;
  name: string;
  public: string;
}

export interface Root {
  day: string | null;
  at: string;
  size: number;
  root: string;
  key_id: string;
  note: string;
}

const bytes = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/** The text that is signed and the 64 bytes of the signature; null where the note is no note of this key. */
export function parts(note: string, key: Key): { body: string; signature: Uint8Array<ArrayBuffer> } | null {
  const at = note.indexOf('\n\n');
  const [dash, name, said] = note.slice(at + 2).trimEnd().split(' ');
  if (at < 0 || dash !== '\u2014' || name !== key.name || !said) return null;
  const raw = bytes(said);
  const id = [...raw.slice(0, 4)].map((one) => one.toString(16).padStart(2, '0')).join('');
  return id === key.id && raw.length === 68 ? { body: note.slice(0, at + 1), signature: raw.slice(4) } : null;
}

/** Whether the row says what its note says: the size and the root stand in the signed text. */
export function agrees(root: Root): boolean {
  const [, size, hash = ''] = root.note.split('\n');
  const hex = [...bytes(hash)].map((one) => one.toString(16).padStart(2, '0')).join('');
  return size === String(root.size) && hex === root.root;
}

/** Whether the key signed the note; null where this browser cannot tell (no Ed25519, or a page without HTTPS). */
export async function holds(root: Root, key: Key): Promise<boolean | null> {
  const found = parts(root.note, key);
  if (!found || !agrees(root)) return false;
  try {
    const known = await crypto.subtle.importKey('raw', bytes(key.public), 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', known, found.signature, new TextEncoder().encode(found.body));
  } catch {
    return null;
  }
}
