/**
 * A walk as one live thing: tells the centre where she is, hears what it asks, says what she answers.
 *
 * It belongs to no screen: it goes on while she looks at another page of the app, and while she calls for help.
 * Whatever she types is handled alike. A word is in memory only, until it is sent; positions wait on the phone's shelf.
 */
import { ApiError } from '$lib/api';
import { clientId, memoryShelf, Outbox, pause, type Answer, type Entry } from '$lib/outbox';
import { route } from '../route.svelte';
import { Alarm } from './alarm';
import { call, mayPass } from './centre';
import { read, write } from '$lib/kept';
import { KEPT } from './kept';
import { openTrail, Trail } from './trail';
import { answered, began, ended, heard, padded, recall, tells, type Goal, type Link, type Stands, type Walk, type Way } from './walk';
import type { Spot } from '$lib/near';

export interface Place extends Spot {
  accuracy_m: number;
  at: number;
}
export type PlaceTrouble = 'denied' | 'none';

export interface Beginning {
  from: Spot;
  goal: Goal;
  way: number;
  name: string;
  phone: string;
  duress: string;
}

const SEND_MS = 5_000;
/** A phone that lies still says nothing by itself: it is asked. */
const ASK_MS = 10_000;
/** So long without the centre's word, and she is told. */
const SILENT_MS = 20_000;
const LONGEST_PAUSE_MS = 15_000;
const GIVE_UP_MS = 12_000;

export class Walker {
  walk = $state.raw<Walk | null>(null);
  now = $state(Date.now());
  place = $state.raw<Place | null>(null);
  trouble = $state<PlaceTrouble | null>(null);
  /** 0 to 100; null where the phone does not say. */
  battery = $state<number | null>(null);
  /** When the centre was heard last, ms. */
  heardAt = $state(0);
  /** Something that she said has not arrived yet. */
  unsaid = $state(0);
  /** The screen is kept on. */
  awake = $state(false);
  /** The centre knows nothing of this walk any more. */
  gone = $state(false);

  readonly silent = $derived(this.walk !== null && this.walk.state !== 'ended' && this.now - this.heardAt > SILENT_MS);

  readonly alarm = new Alarm();
  #trail: Trail | null = null;
  #say: Outbox | null = null;
  #watch: number | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #lock: WakeLockSentinel | null = null;
  #sending = false;
  #failures = 0;
  #notBefore = 0;
  #askedAt = 0;
  #wayAsked = false;
  #resumed = false;

  /** Take up the walk that an earlier page left. */
  resume(): void {
    if (this.#resumed) return;
    this.#resumed = true;
    const kept = recall(read(KEPT.walk), Date.now());
    if (!kept) return write(KEPT.walk, null);
    this.walk = kept;
    if (tells(kept, Date.now())) void this.#follow(kept);
  }

  /** Begin to be watched; throws `ApiError`. The word for duress goes out and is not kept here. */
  async begin(said: Beginning): Promise<void> {
    const body = {
      from: { lon: said.from.lon, lat: said.from.lat },
      to: { lon: said.goal.lon, lat: said.goal.lat },
      way: said.way,
      ...(said.name.trim() ? { name: said.name.trim() } : {}),
      ...(said.phone ? { phone: said.phone } : {}),
      ...(said.duress.trim() ? { duress_word: said.duress.trim() } : {}),
    };
    const { body: told, ahead } = await call<{ id: string; token: string; expected_at: string; way: Way }>('POST', '/api/escort/walks', {}, body);
    this.#stop();
    this.gone = false;
    write(KEPT.no, null);
    const walk = began(told, said.goal, Date.now(), ahead);
    this.#keep(walk);
    this.heardAt = Date.now();
    await this.#follow(walk);
  }

  /** Answer, or say something unasked: every word goes the same way. */
  say(word: string): void {
    if (!this.walk) return;
    this.alarm.stop();
    this.#post('answer', word);
    this.#keep(answered(this.walk));
  }

  /** Say that the walk is over, by any word. */
  end(word: string): void {
    if (!this.walk) return;
    this.alarm.stop();
    this.#post('end', word);
    this.#keep(ended(this.walk, Date.now()));
    this.#sleep();
  }

  more(minutes: number): void {
    const walk = this.walk;
    if (!walk) return;
    const id = clientId();
    void this.#say?.add({ id, lane: 'say', path: `/api/escort/walks/${walk.id}/more`, body: { id, minutes } });
  }

  /** Make a link for a friend; throws `ApiError`. */
  async share(): Promise<Link> {
    const walk = this.walk;
    if (!walk) throw new ApiError('escort_ended', 409, '', '');
    const { body } = await call<{ id: string; token: string; expires_at: string }>('POST', `/api/escort/walks/${walk.id}/links`, own(walk), {});
    const link = { id: body.id, token: body.token, expiresAt: Date.parse(body.expires_at) };
    if (this.walk) this.#keep({ ...this.walk, links: [...this.walk.links, link] });
    return link;
  }

  async takeBack(link: Link): Promise<void> {
    const walk = this.walk;
    if (!walk) return;
    await call('DELETE', `/api/escort/walks/${walk.id}/links/${link.id}`, own(walk));
    if (this.walk) this.#keep({ ...this.walk, links: this.walk.links.filter((one) => one.id !== link.id) });
  }

  /** The walk is over and read: the phone forgets it. */
  forget(): void {
    this.#stop();
    this.#trail?.clear();
    this.#keep(null);
    this.gone = false;
    write(KEPT.no, null);
  }

  /** Look where she is; asks for leave where that was not given yet. */
  find(): void {
    if (this.#watch !== null) return;
    if (!window.isSecureContext || !('geolocation' in navigator)) {
      this.trouble = 'none';
      return;
    }
    this.trouble = null;
    this.#watch = navigator.geolocation.watchPosition((found) => this.#found(found), (error) => this.#lost(error), { enableHighAccuracy: true, maximumAge: 2_000, timeout: 20_000 });
  }

  /** Look only where that is allowed already. */
  async findIfAllowed(): Promise<void> {
    const state = await navigator.permissions?.query({ name: 'geolocation' }).then((found) => found.state, () => null);
    if (state === 'granted') this.find();
    if (state === 'denied') this.trouble = 'denied';
  }

  /** Nobody is watched and no page needs it: look no more. */
  leave(): void {
    if (tells(this.walk, Date.now()) || this.#watch === null) return;
    navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
  }

  async #follow(walk: Walk): Promise<void> {
    this.heardAt ||= Date.now();
    this.#say = new Outbox({
      shelf: memoryShelf(),
      post: (entry) => this.#tell(entry),
      longest: 5_000,
      onChange: (state) => (this.unsaid = state.entries.length),
      onRefused: (entry) => void this.#say?.discard(entry.id),
    });
    void this.#say.start();
    this.#timer ??= setInterval(() => this.#tick(), 1_000);
    addEventListener('online', this.#wake);
    document.addEventListener('visibilitychange', this.#wake);
    void this.#powered();
    void this.#stayAwake();
    this.find();
    const trail = new Trail(await openTrail(walk.id));
    await trail.start(Number(read(KEPT.no)) || 0);
    this.#trail = trail;
    if (this.place) this.#add(this.place);
    void this.#send();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    removeEventListener('online', this.#wake);
    document.removeEventListener('visibilitychange', this.#wake);
    this.#say?.stop();
    this.#say = null;
    this.#trail = null;
    this.alarm.stop();
    this.#sleep();
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
  }

  readonly #wake = (): void => {
    if (document.hidden) return;
    this.#notBefore = 0;
    this.#say?.kick();
    void this.#stayAwake();
    void this.#send();
  };

  #tick(): void {
    this.now = Date.now();
    const walk = this.walk;
    if (!walk || !tells(walk, this.now)) {
      this.#stop();
      if (walk && walk.state !== 'ended') this.#keep(ended(walk, this.now));
      return;
    }
    const quiet = this.#trail?.age(this.now) ?? 0;
    if (quiet > ASK_MS && this.now - this.#askedAt > ASK_MS && this.trouble !== 'denied') {
      this.#askedAt = this.now;
      navigator.geolocation?.getCurrentPosition((found) => this.#found(found), (error) => this.#lost(error), { enableHighAccuracy: true, maximumAge: 0, timeout: ASK_MS });
    }
    void this.#send();
  }

  #found(found: GeolocationPosition): void {
    this.trouble = null;
    this.place = { lon: found.coords.longitude, lat: found.coords.latitude, accuracy_m: found.coords.accuracy, at: found.timestamp };
    this.#add(this.place);
  }

  #lost(error: GeolocationPositionError): void {
    if (error.code === error.PERMISSION_DENIED) this.trouble = 'denied';
    else if (!this.place || Date.now() - this.place.at > 60_000) this.trouble = 'none';
  }

  #add(place: Place): void {
    if (!tells(this.walk, Date.now()) || !this.#trail) return;
    const batt = this.battery === null ? {} : { batt: this.battery };
    const fix = { lon: Number(place.lon.toFixed(7)), lat: Number(place.lat.toFixed(7)), acc: Math.round(place.accuracy_m), tst: place.at / 1_000, ...batt };
    if (!this.#trail.add(fix, Date.now())) return;
    write(KEPT.no, String(this.#trail.no));
    void this.#send();
  }

  /** One list at a time; the answer says how the walk stands. */
  async #send(): Promise<void> {
    const { walk } = this;
    const trail = this.#trail;
    const now = Date.now();
    if (!walk || !trail || this.#sending || now < this.#notBefore) return;
    const fixes = trail.list();
    if (fixes.length === 0 && now - this.heardAt < SEND_MS * 2) return;
    this.#sending = true;
    try {
      const { body, ahead } = await call<Stands>('POST', `/api/escort/walks/${walk.id}/positions`, own(walk), { fixes, sent: Date.now() / 1_000 }, GIVE_UP_MS);
      const last = fixes.at(-1);
      if (last) trail.done(last.no);
      this.#failures = 0;
      this.#heard(walk, body, ahead);
    } catch (error) {
      this.#failures += 1;
      this.#notBefore = Date.now() + pause(this.#failures, Math.random(), LONGEST_PAUSE_MS);
      const last = fixes.at(-1);
      // One that can never be taken must not hold up those after it.
      if (!mayPass(error) && last) trail.done(last.no);
      if (error instanceof ApiError && error.code === 'escort_unknown') this.#unknown(walk);
    } finally {
      this.#sending = false;
    }
  }

  #heard(walk: Walk, stands: Stands, ahead: number): void {
    if (this.walk?.id !== walk.id) return;
    this.heardAt = this.now = Date.now();
    const was = this.walk;
    // Something said here is still on its way: what the centre says now is older.
    const next = this.unsaid > 0 ? { ...was, ahead } : heard(was, stands, this.now, ahead);
    if (JSON.stringify(next) !== JSON.stringify(was)) this.#keep(next);
    if (next.state === 'asked' && was.check?.asked !== next.check?.asked) {
      if (route.key !== 'walk') route.go('walk');
      this.alarm.ring(next.check?.answerS ?? 0);
    }
    if (next.state !== 'asked') this.alarm.stop();
    if (next.state === 'ended') this.#sleep();
    else if (stands.way_no !== was.wayNo) void this.#askWay(next);
  }

  async #askWay(walk: Walk): Promise<void> {
    if (this.#wayAsked) return;
    this.#wayAsked = true;
    try {
      const { body } = await call<{ way_no: number; way: Way }>('GET', `/api/escort/walks/${walk.id}/way`, own(walk));
      if (this.walk?.id === walk.id) this.#keep({ ...this.walk, way: body.way, wayNo: body.way_no });
    } catch {
      // The next answer says again that there is another way.
    } finally {
      this.#wayAsked = false;
    }
  }

  #unknown(walk: Walk): void {
    if (this.walk?.id !== walk.id) return;
    this.gone = true;
    this.#keep(ended(walk, Date.now()));
    this.#stop();
  }

  #post(what: 'answer' | 'end', word: string): void {
    const id = clientId();
    void this.#say?.add({ id, lane: 'say', path: `/api/escort/walks/${this.walk?.id}/${what}`, body: { id, word: padded(word) } });
  }

  async #tell(entry: Entry): Promise<Answer> {
    const walk = this.walk;
    if (!walk) return { status: 410, body: null };
    try {
      const { body, ahead } = await call<Stands>('POST', entry.path, { ...own(walk), 'Idempotency-Key': entry.id }, entry.body, GIVE_UP_MS);
      this.heardAt = Date.now();
      if (entry.path.endsWith('/more') && this.walk?.id === walk.id) this.#keep(heard(this.walk, body, Date.now(), ahead));
      return { status: 200, body };
    } catch (error) {
      if (error instanceof ApiError && error.status > 0) return { status: error.status, body: null };
      throw error;
    }
  }

  async #powered(): Promise<void> {
    const asked = (navigator as Navigator & { getBattery?: () => Promise<EventTarget & { level: number }> }).getBattery?.();
    const power = await asked?.catch(() => undefined);
    if (!power) return;
    const look = (): void => void (this.battery = Math.round(power.level * 100));
    look();
    power.addEventListener('levelchange', look);
  }

  async #stayAwake(): Promise<void> {
    if (this.#lock || document.hidden || !('wakeLock' in navigator) || this.walk?.state === 'ended') return;
    try {
      this.#lock = await navigator.wakeLock.request('screen');
      this.awake = true;
      this.#lock.addEventListener('release', () => {
        this.#lock = null;
        this.awake = false;
      });
    } catch {
      // A low battery may forbid it; the page says that the screen must stay on.
    }
  }

  #sleep(): void {
    void this.#lock?.release().catch(() => undefined);
    this.#lock = null;
    this.awake = false;
  }

  #keep(walk: Walk | null): void {
    this.walk = walk;
    write(KEPT.walk, walk ? JSON.stringify(walk) : null);
  }
}

function own(walk: Walk): Record<string, string> {
  return { 'x-unjai-walk': walk.token };
}

export const walker = new Walker();
