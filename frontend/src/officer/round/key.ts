/** The phone's own key (ECDSA P-256, never leaving it) and what is signed with it. */
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGN = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** Whether this page may sign at all: browsers give WebCrypto to secure pages (https) alone. */
export const canSign = (): boolean => typeof globalThis.crypto?.subtle?.generateKey === 'function';

export interface FreshKey {
  pair: CryptoKey;
  spki: string;
  /** SHA-256 of the public key, hex: the `prev` of its first item. */
  key: string;
}

/** Make a key whose private half cannot be read out, not by this page either. */
export async function freshKey(): Promise<FreshKey> {
  const made = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', made.publicKey));
  return { pair: made.privateKey, spki: base64(spki), key: await sha256(spki) };
}

/** The signature over UTF-8 bytes: r‖s, 64 bytes, base64url. */
export async function signText(pair: CryptoKey, text: string): Promise<string> {
  const signed = await crypto.subtle.sign(SIGN, pair, new TextEncoder().encode(text));
  return base64(new Uint8Array(signed)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** SHA-256 in hex, of a text's UTF-8 bytes or of bytes. */
export async function sha256(of: string | Uint8Array<ArrayBuffer> | ArrayBuffer): Promise<string> {
  const bytes = typeof of === 'string' ? new TextEncoder().encode(of) : of;
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** What this phone is called in lists: its system and browser, as far as it tells. */
export function phoneName(): string {
  const agent = navigator.userAgent;
  const system = /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iPhone' : /Windows/.test(agent) ? 'Windows' : /Linux/.test(agent) ? 'Linux' : 'เครื่อง';
  const browser = /Edg\//.test(agent) ? 'Edge' : /SamsungBrowser/.test(agent) ? 'Samsung Internet' : /Firefox/.test(agent) ? 'Firefox' : /Chrome\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : '';
  return [system, browser].filter(Boolean).join(' · ');
}
