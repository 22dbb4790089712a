/** For tests: a centre that believes only what is signed and chained, over a line that can be cut. */
import type { Answer, Wire } from './wire';
import { sha256 } from './key';

interface Said {
  public_key?: string;
  phone?: string;
  items?: { body: string; sig: string }[];
  id?: string;
  digest?: string;
  size_bytes?: number;
}

interface FakePhone {
  id: string;
  key: CryptoKey;
  digest: string;
  head: { seq: number; digest: string };
  waiting: Map<string, { seq: number; prev: string }>;
  known: Set<string>;
  revoked: boolean;
}

const ok = (body: unknown, status = 200): Answer => ({ status, body });
const no = (status: number, code: string, facts: Record<string, unknown> = {}): Answer => ({ status, body: { error: { code, th: `ไทย ${code}`, en: `English ${code}`, facts } } });
const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));

export class FakeCentre implements Wire {
  account = 'me';
  up = true;
  /** Answers are lost on the way back. */
  deaf = false;
  phones: FakePhone[] = [];
  /** Every deed that counts: id → how often it was taken. */
  deeds = new Map<string, number>();
  batches: number[] = [];
  /** More bytes than this are too much. */
  most = 1_000_000;
  photos = new Map<string, { digest: string; size: number; have: Uint8Array }>();
  parts = 0;
  /** Only so many parts get through, then the line is cut. */
  partsLeft = Infinity;
  refuse = new Map<string, string>();

  async get(path: string): Promise<Answer> {
    if (!this.up) return { status: 0, body: null };
    return path === '/api/session' ? ok({ account_id: this.account }) : no(404, 'not_found');
  }

  async post(path: string, body: unknown): Promise<Answer> {
    if (!this.up) return { status: 0, body: null };
    const said = body as Said;
    const answer = path === '/api/patrol/my/phones' ? await this.#register(said.public_key ?? '') : path === '/api/patrol/visits' ? await this.#take(said) : this.#announce(said);
    return this.deaf ? { status: 0, body: null } : answer;
  }

  async put(path: string, part: ArrayBuffer): Promise<Answer> {
    if (!this.up || (this.partsLeft -= 1) < 0) return { status: 0, body: null };
    this.parts += 1;
    const [, id = '', offset = ''] = /photos\/(.+)\?offset=(\d+)$/.exec(path) ?? [];
    const photo = this.photos.get(id);
    if (!photo) return no(404, 'not_found');
    if (Number(offset) !== photo.have.length) return no(409, 'photo_part_offset', { have: photo.have.length });
    const joined = new Uint8Array(photo.have.length + part.byteLength);
    joined.set(photo.have);
    joined.set(new Uint8Array(part), photo.have.length);
    photo.have = joined;
    return this.#progress(id);
  }

  revokeAll(): void {
    for (const phone of this.phones) phone.revoked = true;
  }

  async #register(spki: string): Promise<Answer> {
    const raw = bytes(spki);
    const digest = await sha256(raw);
    const there = this.phones.find((phone) => phone.digest === digest);
    if (there) return there.revoked ? no(409, 'phone_revoked') : ok(there, 201);
    const key = await crypto.subtle.importKey('spki', raw, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
    const phone: FakePhone = { id: crypto.randomUUID(), key, digest, head: { seq: 0, digest }, waiting: new Map(), known: new Set(), revoked: false };
    this.phones.push(phone);
    return ok({ id: phone.id }, 201);
  }

  async #take(said: Said): Promise<Answer> {
    const items = said.items ?? [];
    if (JSON.stringify(said).length > this.most) return no(413, 'body_too_large');
    const phone = this.phones.find((one) => one.id === said.phone);
    if (!phone) return no(404, 'not_found');
    this.batches.push(items.length);
    const answers = [];
    for (const item of items) answers.push(await this.#one(phone, item));
    return ok({ answers, head_seq: phone.head.seq, head_digest: phone.head.digest, received_at: '', offset_s: 0 });
  }

  async #one(phone: FakePhone, { body, sig }: { body: string; sig: string }): Promise<unknown> {
    const digest = await sha256(body);
    const told = (state: string, code = ''): unknown => ({ digest, state, code, th: code && `ไทย ${code}`, en: code && `English ${code}`, seq: null, late: false, late_s: 0, score: 73, visit_state: 'proven' });
    if (phone.revoked) return told('refused', 'phone_revoked');
    if (phone.known.has(digest)) return told('repeat');
    const good = await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, phone.key, bytes(sig), new TextEncoder().encode(body));
    if (!good) return told('refused', 'item_unsigned');
    const item = JSON.parse(body) as { id: string; seq: number; prev: string };
    const code = this.refuse.get(item.id);
    if (code) return told('refused', code);
    phone.known.add(digest);
    if (item.seq <= phone.head.seq) return told('fork', 'chain_fork');
    if (item.seq !== phone.head.seq + 1 || item.prev !== phone.head.digest) return told('waiting', 'chain_gap');
    phone.head = { seq: item.seq, digest };
    const before = this.deeds.get(item.id) ?? 0;
    this.deeds.set(item.id, before + 1);
    return told('accepted', before > 0 ? 'item_doubled' : '');
  }

  #announce(said: Said): Answer {
    const id = said.id ?? '';
    if (!this.photos.has(id)) this.photos.set(id, { digest: said.digest ?? '', size: said.size_bytes ?? 0, have: new Uint8Array() });
    return this.#progress(id);
  }

  #progress(id: string): Answer {
    const photo = this.photos.get(id);
    const whole = photo?.have.length === photo?.size;
    return ok({ state: whole ? 'kept' : 'coming', have: photo?.have.length ?? 0, code: '', th: '', en: '' });
  }
}
