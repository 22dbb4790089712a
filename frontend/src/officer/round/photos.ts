/** Photographs: kept, sent in parts that go on where the line broke, never in the way of what they belong to. */
import { sha256 } from './key';
import type { Store } from './store';
import type { Photo, PhotoAnswer } from './types';
import { faultOf, type Answer, type Wire } from './wire';

export const PART_BYTES = 512_000;
export const SIZE_MOST = 40 * 1024 * 1024;
const PATH = '/api/patrol/my/photos';
/** So many answers about one photograph in one go; then others have their turn. */
const STEPS_MOST = 400;

/** Take a photograph in. One that is too large is kept as refused, without its bytes: the words are shown, the rest goes. */
export async function keepPhoto(store: Store, id: string, file: Blob, state: 'draft' | 'waiting'): Promise<Photo> {
  const photo: Photo = { id, bytes: null, digest: '', size: file.size, type: file.type, state, words: null };
  if (file.size > SIZE_MOST) {
    const mb = Math.ceil(file.size / 1024 / 1024);
    photo.state = 'refused';
    photo.words = {
      code: 'photo_too_large',
      th: `ภาพมีขนาด ${mb} MB เกิน 40 MB จึงไม่ส่ง รายการนี้ยังส่งตามปกติ ถ่ายใหม่ด้วยความละเอียดต่ำลงหากต้องการแนบภาพ`,
      en: `The photograph has ${mb} MB, over 40 MB, and is not sent. The item itself goes on; take it again at a lower resolution if it matters`,
    };
  } else {
    photo.bytes = await file.arrayBuffer();
    photo.digest = await sha256(photo.bytes);
  }
  await store.photo(photo);
  return photo;
}

/** Send what waits. `later`: something is left for the next time. */
export async function sendPhotos(store: Store, wire: Wire, onProgress?: () => void): Promise<'done' | 'later' | 'login'> {
  let left = false;
  for (const photo of await store.photos()) {
    if (photo.state !== 'waiting' || photo.bytes === null) continue;
    const ended = await sendPhoto(store, wire, photo, photo.bytes);
    if (ended === 'login') return 'login';
    left ||= ended === 'later';
    onProgress?.();
    if (ended === 'cut') return 'later';
  }
  return left ? 'later' : 'done';
}

async function sendPhoto(store: Store, wire: Wire, photo: Photo, bytes: ArrayBuffer): Promise<'sent' | 'later' | 'cut' | 'login'> {
  let answer = await wire.post(PATH, { id: photo.id, digest: photo.digest, size_bytes: bytes.byteLength });
  let began = 0;
  let before = 0;
  for (let step = 0; step < STEPS_MOST; step += 1) {
    if (answer.status === 401) return 'login';
    if (answer.status === 0) return 'cut';
    if ([408, 425, 429].includes(answer.status) || answer.status >= 500) return 'later';
    const fault = answer.status === 200 ? null : faultOf(answer);
    const have = fault ? haveOf(fault.facts) : (answer.body as PhotoAnswer).have;
    if (fault && !(fault.code === 'photo_part_offset' && have !== null)) return refuse(store, photo, fault);
    const said = fault ? null : (answer.body as PhotoAnswer);
    if (said?.state === 'kept') {
      await store.photo({ ...photo, bytes: null, state: 'sent', words: null });
      return 'sent';
    }
    if (said?.state === 'refused') return refuse(store, photo, said);
    const from = have ?? 0;
    // Nothing came of the last part, or all of it came and was not what was announced: not now.
    if ((step > 0 && from === before && from > 0) || (from === 0 && (began += 1) > 2) || from >= bytes.byteLength) return 'later';
    before = from;
    answer = await part(wire, photo, bytes, from);
  }
  return 'later';
}

const part = (wire: Wire, photo: Photo, bytes: ArrayBuffer, from: number): Promise<Answer> =>
  wire.put(`${PATH}/${photo.id}?offset=${from}`, bytes.slice(from, from + PART_BYTES));

async function refuse(store: Store, photo: Photo, { code, th, en }: { code: string; th: string; en: string }): Promise<'sent'> {
  await store.photo({ ...photo, bytes: null, state: 'refused', words: { code, th, en } });
  return 'sent';
}

const haveOf = (facts: Record<string, unknown>): number | null => (typeof facts['have'] === 'number' ? facts['have'] : null);
