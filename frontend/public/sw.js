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
const beside = ['/theme.js', '/favicon.svg', ...(app === 'pole' ? [] : [`/${app}.webmanifest`, `/icons/${app}-192.png`, `/icons/${app}-512.png`])];
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
    for (const old of (await mine()).slice(0, -2)) await caches.delete(old);
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

/** An officer touched the notice of an offer: bring the page to the front. */
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    (async () => {
      const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
      const found = open.find((client) => isPage(new URL(client.url).pathname));
      await (found ? found.focus() : self.clients.openWindow(page));
    })(),
  );
});
