/** Being woken by Web Push: what this browser can do, and asking it. */
import { ask, get } from '$lib/api';
import { language } from '$lib/i18n.svelte';

const PATH = '/api/officer/push';

/**
 * `install` = an iPhone or iPad that wakes installed pages only; `no` = a browser that cannot; `denied` = somebody said
 * no in its settings; `closed` = the station wakes nobody; `off` and `on` are this phone's own choice.
 */
export type PushState = 'unknown' | 'no' | 'install' | 'denied' | 'closed' | 'off' | 'on';

export interface PushPhone {
  id: string;
  browser: string;
  system: string;
  details: boolean;
  created_at: string;
  sent_at: string | null;
  mine: boolean;
}

export interface PushSaid {
  on: boolean;
  key: string;
  phones: PushPhone[];
}

interface Browser {
  serviceWorker: boolean;
  push: boolean;
  apple: boolean;
  installed: boolean;
  permission: NotificationPermission | null;
  secure: boolean;
}

/** What a browser can do, before anything is asked of it. Pure. */
export function able(browser: Browser): 'no' | 'install' | 'denied' | 'ask' {
  if (browser.secure && browser.apple && !browser.installed && !browser.push) return 'install';
  if (!browser.secure || !browser.serviceWorker || !browser.push || browser.permission === null) return 'no';
  return browser.permission === 'denied' ? 'denied' : 'ask';
}

/** An iPhone or iPad; newer iPads say that they are a Macintosh. */
export const isApple = (): boolean => /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

/** Opened from the home screen, without the browser around it. */
export const isInstalled = (): boolean => matchMedia('(display-mode: standalone)').matches || (navigator as { standalone?: boolean }).standalone === true;

export const here = (): Browser => ({
  serviceWorker: 'serviceWorker' in navigator,
  push: 'PushManager' in globalThis,
  apple: isApple(),
  installed: isInstalled(),
  permission: 'Notification' in globalThis ? Notification.permission : null,
  secure: globalThis.isSecureContext,
});

const bytesOf = (said: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(said.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (said.length % 4)) % 4)), (sign) => sign.charCodeAt(0));
const same = (one: ArrayBuffer | null | undefined, other: Uint8Array): boolean => !!one && new Uint8Array(one).length === other.length && new Uint8Array(one).every((byte, at) => byte === other[at]);

const worker = () => navigator.serviceWorker.getRegistration('/officer');
const subscription = async () => (await worker())?.pushManager.getSubscription() ?? null;

/** How it stands with this phone, and which of one's own are woken. */
export async function look(): Promise<{ state: PushState; said: PushSaid | null }> {
  const can = able(here());
  const said = await get<PushSaid>(PATH).catch(() => null);
  if (said && !said.on) return { state: 'closed', said };
  if (can !== 'ask') return { state: can, said };
  const held = await subscription().catch(() => null);
  if (!said) return { state: 'unknown', said };
  return { state: held && said.phones.some((one) => one.mine) ? 'on' : 'off', said };
}

/** Ask the browser, from a press, and tell the centre. Throws what the centre refuses. */
export async function turnOn(details: boolean): Promise<PushState> {
  if (Notification.permission === 'default') await Notification.requestPermission();
  const can = able(here());
  if (can !== 'ask') return can;
  const said = await get<PushSaid>(PATH);
  if (!said.on) return 'closed';
  const registration = await navigator.serviceWorker.ready;
  const key = bytesOf(said.key);
  let held = await registration.pushManager.getSubscription();
  if (held && !same(held.options.applicationServerKey, key)) {
    await held.unsubscribe();
    held = null;
  }
  held ??= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = held.toJSON();
  await ask<PushSaid>('POST', PATH, { endpoint, keys, details, locale: language.locale });
  return 'on';
}

/** No longer on this phone: the browser forgets, and so does the centre. */
export async function turnOff(): Promise<void> {
  const held = await subscription().catch(() => null);
  if (!held) return;
  await ask<PushSaid>('DELETE', PATH, { endpoint: held.endpoint });
  await held.unsubscribe().catch(() => false);
}

/** Another phone of one's own, from the list. */
export const forget = (id: string): Promise<PushSaid> => ask<PushSaid>('DELETE', PATH, { id });

/** Signing out: whoever picks the phone up next is not woken for this account. */
export async function endHere(): Promise<void> {
  await Promise.race([turnOff(), new Promise((resolve) => setTimeout(resolve, 3_000))]).catch(() => undefined);
}
