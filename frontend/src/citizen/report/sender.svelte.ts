/** Sends plain reports, their photographs and later words; keeps what has no line yet, and one's own list. */
import { post } from '$lib/api';
import { read, write } from '$lib/kept';
import { bodyOf, clientId, httpPost, openShelf, Outbox, type Entry, type OutboxState } from '$lib/outbox';
import { seconds, type Place } from '../caller.svelte';
import { added, heard, newSecret, recall, type Heard, type Mine, type PlainKind } from './kept';
import { WAITING } from './waiting';

export interface NewReport {
  kind: PlainKind;
  text: string;
  place_text: string;
  place: Pick<Place, 'lon' | 'lat' | 'accuracy_m'> | null;
  phone: string;
  photos: readonly Blob[];
}
const KEPT = 'unjai.reports';
const PATH = '/api/plain-reports';

class Sender {
  list = $state.raw<Mine[]>(recall(read(KEPT)));
  /** The centre could not be asked. */
  stale = $state(false);
  #box = $state.raw<OutboxState>({ entries: [], sending: false, failing: false, needsLogin: false });
  #outbox: Promise<Outbox>;

  constructor() {
    this.#outbox = this.#open();
    addEventListener('online', () => void this.#outbox.then((box) => box.kick()));
    addEventListener('storage', (event) => {
      if (event.key === KEPT) this.list = recall(event.newValue);
    });
  }

  async #open(): Promise<Outbox> {
    const { shelf } = await openShelf('unjai-reports');
    const box = new Outbox({
      shelf,
      post: httpPost(90_000),
      onChange: (state) => {
        this.#box = { ...state, entries: [...state.entries] };
        write(WAITING, state.entries.some((one) => !one.refused) ? '1' : null);
      },
      onSent: (_entry, answer) => {
        const told = answer.body as Heard | null;
        if (told?.number) this.#keep(heard(this.list, [told]));
      },
    });
    await box.start();
    return box;
  }

  waiting(id: string): Entry[] {
    return this.#box.entries.filter((one) => one.lane === id && !one.refused);
  }

  refused(id: string): Entry[] {
    return this.#box.entries.filter((one) => one.lane === id && one.refused);
  }

  async tell(words: NewReport): Promise<string> {
    const [id, secret, at] = [clientId(), newSecret(), Date.now()];
    this.#keep(added(this.list, { id, secret, kind: words.kind, text: words.text, at, number: null, state: 'unsent', promised_at: null, reopen_until: null, turns: [], no: 0 }));
    const { place } = words;
    const where = place ? { lon: Number(place.lon.toFixed(7)), lat: Number(place.lat.toFixed(7)), ...(place.accuracy_m > 0 ? { acc: Math.round(place.accuracy_m) } : {}) } : {};
    const body = { id, secret, kind: words.kind, text: words.text, place_text: words.place_text, tst: seconds(at), ...where, ...(words.phone ? { phone: words.phone } : {}) };
    const box = await this.#outbox;
    await box.add({ id, lane: id, path: PATH, body });
    for (const photo of words.photos) await this.#photo(id, secret, photo);
    return id;
  }

  async say(one: Mine, say: 'not_fixed' | 'fixed', text: string, photos: readonly Blob[] = []): Promise<void> {
    const [id, no] = [clientId(), one.no + 1];
    this.#keep(this.list.map((each) => (each.id === one.id ? { ...each, no } : each)));
    const box = await this.#outbox;
    await box.add({ id, lane: one.id, path: `${PATH}/${one.id}/words`, body: { secret: one.secret, id, no, say, text, tst: seconds(Date.now()) } });
    for (const photo of photos) await this.#photo(one.id, one.secret, photo, id);
  }

  async #photo(report: string, secret: string, photo: Blob, said_id: string | null = null): Promise<void> {
    const id = clientId();
    const { file_base64 } = await bodyOf(photo);
    const box = await this.#outbox;
    await box.add({ id, lane: report, path: `${PATH}/${report}/photos`, body: { secret, id, said_id, photo: file_base64 } });
  }

  async dismiss(entry: Entry): Promise<void> {
    const box = await this.#outbox;
    await box.discard(entry.id);
  }

  async forget(one: Mine): Promise<void> {
    const box = await this.#outbox;
    await box.discardLane(one.id);
    this.#keep(this.list.filter((each) => each.id !== one.id));
  }

  async look(): Promise<void> {
    const known = this.list.filter((one) => one.state !== 'unsent').slice(0, 30);
    if (known.length === 0) return;
    try {
      const told = await post<Heard[]>(`${PATH}/mine`, { reports: known.map(({ id, secret }) => ({ id, secret })) }, { timeout_ms: 15_000 });
      this.#keep(heard(this.list, told));
      this.stale = false;
    } catch {
      this.stale = true;
    }
  }

  #keep(list: Mine[]): void {
    this.list = list;
    write(KEPT, JSON.stringify(list));
  }
}

export const sender = new Sender();
