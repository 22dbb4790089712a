/** Who sits here. `me.session` is undefined until the centre has been asked, null when nobody is signed in. */
import { ApiError, get, post, remove } from './api';
import { setLocale } from './i18n.svelte';
import type { Session } from './types';

export const me = $state<{ session: Session | null | undefined }>({ session: undefined });

function keep(session: Session): Session {
  me.session = session;
  try {
    // The account's language counts until somebody chooses on this screen.
    if (!localStorage.getItem('unjai.locale') && (session.locale === 'th' || session.locale === 'en')) setLocale(session.locale);
  } catch {
    // Storage may be forbidden.
  }
  return session;
}

/** Asks who is signed in; a 401 is an answer (null), a cut line throws. */
export async function whoAmI(): Promise<Session | null> {
  try {
    return keep(await get<Session>('/api/session'));
  } catch (thrown) {
    if (thrown instanceof ApiError && (thrown.status === 401 || thrown.status === 403)) {
      me.session = null;
      return null;
    }
    throw thrown;
  }
}

export async function signIn(username: string, password: string): Promise<Session> {
  return keep(await post<Session>('/api/session', { username: username.trim(), password }));
}

/** The second step: a code by time, or a recovery code. */
export async function secondStep(code: string, remember: boolean): Promise<Session> {
  return keep(await post<Session>('/api/session/second-step', { code: code.trim(), remember }));
}

/** Signed in with nothing left to do first: no password to change, no second factor to enrol. */
export function seated(session: Session): boolean {
  return !session.must_change_password && !session.must_enrol_second_factor;
}

export async function changePassword(old: string, fresh: string): Promise<void> {
  await post<unknown>('/api/session/password', { old, new: fresh });
  await whoAmI();
}

export async function signOut(): Promise<void> {
  await remove<unknown>('/api/session');
  me.session = null;
}

export function may(right: string): boolean {
  return me.session?.rights.includes(right) ?? false;
}
