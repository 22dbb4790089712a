/*
 * The phones' service worker, one file for all: /sw.js?app=officer (scope /officer), /sw.js?app=citizen (scope /), and
 * /sw.js?app=pole (scope /pole) for the page of an SOS box, which must open while the line is cut.
 * It keeps the page and everything the page needs to start, as listed by the build in /precache-<app>.json, and renews
 * itself from that list. It never touches the API: what the centre says is always asked for, never remembered here.
 */
const asked = new URL(self.location.href).searchParams.get('app');
const app = asked === 'officer' || asked === 'pole' ? asked : 'citizen';
const page = app === 'citizen' ? '/' : `/${app}`;
const list = `/precache-${app}.json`;
const prefix = `unjai-${app}-`;
/** Files outside the build's list that the page also needs. */
const beside = ['/theme.js', '/favicon.svg', ...(app === 'citizen' ? ['/begin.js', '/begin.css'] : []), ...(app === 'pole' ? [] : [`/${app}.webmanifest`, `/icons/${app}-192.png`, `/icons/${app}-512.png`])];
const PATIENCE_MS = 4000;

const isPage = (path) => (app === 'citizen' ? path === '/' : path === page || path.startsWith(`${page}/`));

/** The caches of this app, newest last. */
const mine = async () => (await caches.keys()).filter((name) => name.startsWith(prefix));

/** A copy that may answer a navigation: one that came by a redirect may not. */
async function plain(answer) {
  return new Response(await answer.blob(), { status: answer.status, headers: answer.headers });
}

/** Put every file into the cache, or throw. */
async function fill(cache, files) {
  await Promise.all(
    [...files, ...beside].map(async (file) => {
      const found = await fetch(file, { cache: file.startsWith('/assets/') ? 'default' : 'no-store' });
      if (!found.ok) throw new Error(`${file}: ${found.status}`);
      await cache.put(file, await plain(found));
    }),
  );
}

let renewing = null;

/** Windows of this app, whether this worker serves them or not. */
async function pages() {
  const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return open.filter((client) => isPage(new URL(client.url).pathname));
}

async function tellPages(said) {
  for (const client of await pages()) client.postMessage(said);
}

/** Fetch what the build lists, all or nothing; then let go of all but the two newest, for pages still open. */
function renew() {
  renewing ??= (async () => {
    const answer = await fetch(list, { cache: 'no-store' });
    if (!answer.ok) throw new Error(`${list}: ${answer.status}`);
    const { version, files } = await answer.clone().json();
    const name = prefix + version;
    const cache = await caches.open(name);
    if (await cache.match(list)) return;
    try {
      await fill(cache, files);
      await cache.put(list, answer);
    } catch (error) {
      await caches.delete(name);
      throw error;
    }
    const others = (await mine()).slice(0, -1);
    for (const old of others.slice(0, -1)) await caches.delete(old);
    // A page that was opened before has older files; it becomes the newer version when nobody is at anything.
    if (others.length > 0) await tellPages({ type: 'renewed', files });
  })().finally(() => {
    renewing = null;
  });
  return renewing;
}

/** The newest whole copy of a file; a cache without its list was never finished. */
async function kept(path) {
  for (const name of (await mine()).reverse()) {
    const cache = await caches.open(name);
    const found = (await cache.match(list)) && (await cache.match(path));
    if (found) return found;
  }
  return undefined;
}

async function openPage(event) {
  try {
    const answer = await fetch(event.request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status >= 500) throw new Error(`${answer.status}`);
    event.waitUntil(renew().catch(() => undefined));
    return answer;
  } catch (error) {
    const found = await kept(page);
    if (found) return found;
    throw error;
  }
}

/** Built files carry a hash in their name: a kept one is the right one. Those asked for later are kept too. */
async function openFile(event, path) {
  const found = await kept(path);
  if (found) return found;
  const answer = await fetch(event.request);
  const client = await self.clients.get(event.clientId);
  const newest = (await mine()).at(-1);
  if (answer.ok && newest && client && isPage(new URL(client.url).pathname)) {
    event.waitUntil(caches.open(newest).then((cache) => cache.put(path, answer.clone())).catch(() => undefined));
    return answer.clone();
  }
  return answer;
}

self.addEventListener('install', (event) => event.waitUntil(renew().then(() => self.skipWaiting())));
/** A page that stays open for days asks now and then whether there is a newer version. */
self.addEventListener('message', (event) => {
  if (event.data?.type === 'look') event.waitUntil(renew().catch(() => undefined));
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (isPage(url.pathname)) event.respondWith(openPage(event));
    return;
  }
  if (url.pathname.startsWith('/assets/') || beside.includes(url.pathname)) event.respondWith(openFile(event, url.pathname));
});

/** An officer touched a notice: bring the page to the front. */
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const hash = event.notification.data?.kind === 'talk' ? 'talk' : '';
  event.waitUntil(
    (async () => {
      const [found] = await pages();
      if (!found) return self.clients.openWindow(hash ? `${page}#${hash}` : page);
      await found.focus();
      if (hash) found.postMessage({ type: 'open', hash });
      return undefined;
    })(),
  );
});

/*
 * Web Push, for officers on duty. The message is sealed for this browser; unless the officer chose otherwise it names
 * neither what happened nor where. While the page is seen it rings by itself, so no notice is laid over it.
 */
const SAID = {
  th: { offer: 'มีเหตุใหม่', 'offer.open': 'แตะเพื่อดูและตอบรับ', over: 'หมดเวลาตอบรับเหตุแล้ว', talk: 'ข้อความจากศูนย์', 'talk.open': 'แตะเพื่ออ่าน' },
  en: { offer: 'New incident', 'offer.open': 'Touch to see and answer', over: 'The time to answer is over', talk: 'Message from the centre', 'talk.open': 'Touch to read' },
};
const LONGEST_MS = 60_000;

async function wake(said) {
  const words = SAID[said.lang === 'en' ? 'en' : 'th'];
  const kind = said.kind === 'talk' ? 'talk' : 'offer';
  if ((await pages()).some((client) => client.visibilityState === 'visible')) {
    await tellPages({ type: 'push', kind });
    return;
  }
  const until = Date.parse(said.until ?? '');
  const look = { tag: String(said.tag ?? kind), icon: '/icons/officer-192.png', badge: '/icons/officer-192.png', lang: said.lang, data: { kind, until } };
  await self.registration.showNotification(words[kind], { ...look, body: said.body || words[`${kind}.open`], renotify: true, requireInteraction: kind === 'offer', vibrate: [400, 150, 400, 150, 400, 150, 400] });
  if (kind !== 'offer' || Number.isNaN(until)) return;
  // An offer that is over must not go on saying that there is one; the browser may end this worker before.
  await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_MS, Math.max(0, until - Date.now()))));
  const still = await self.registration.getNotifications({ tag: look.tag });
  if (still.length > 0) await self.registration.showNotification(words.over, { ...look, body: '', silent: true, requireInteraction: false });
}

self.addEventListener('push', (event) => {
  if (app !== 'officer') return;
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    // Something to wake for, whatever it was.
  }
  event.waitUntil(wake(said));
});

/** The push service gave this browser another address: the centre takes it in the place of the old one. */
self.addEventListener('pushsubscriptionchange', (event) => {
  if (app !== 'officer') return;
  event.waitUntil(
    (async () => {
      const api = '/api/officer/push';
      const answer = await fetch(api, { credentials: 'same-origin' });
      if (!answer.ok) return;
      const { on, key } = await answer.json();
      if (!on) return;
      const bytes = Uint8Array.from(atob(key.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (key.length % 4)) % 4)), (sign) => sign.charCodeAt(0));
      const fresh = event.newSubscription ?? (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes }));
      const { endpoint, keys } = fresh.toJSON();
      const body = JSON.stringify({ endpoint, keys, replaces: event.oldSubscription?.endpoint ?? '' });
      await fetch(api, { method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json', 'X-Unjai': '1' }, body });
    })(),
  );
});
