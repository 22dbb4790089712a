/** When a photograph was taken, read from its EXIF and written into the smaller copy. Nothing else is carried over. */
const TAKEN = 0x9003;
const OFFSET = 0x9011;
const EXIF_IFD = 0x8769;

/** "2026:11:22 01:14:09" (with "+07:00" where it is there) out of a JPEG's bytes; null where it says none. */
export function takenAt(jpeg: ArrayBuffer): { taken: string; offset: string } | null {
  try {
    const tiff = exifOf(new DataView(jpeg));
    if (!tiff) return null;
    const little = tiff.getUint16(0) === 0x4949;
    const first = entries(tiff, tiff.getUint32(4, little), little);
    const inner = first.get(EXIF_IFD);
    if (inner === undefined) return null;
    const found = entries(tiff, tiff.getUint32(inner + 8, little), little);
    const taken = text(tiff, found.get(TAKEN), little);
    return /^\d{4}:\d\d:\d\d \d\d:\d\d:\d\d$/.test(taken) ? { taken, offset: text(tiff, found.get(OFFSET), little) } : null;
  } catch {
    // Broken EXIF is no EXIF.
    return null;
  }
}

function exifOf(view: DataView): DataView | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < view.byteLength; ) {
    const marker = view.getUint16(at);
    const size = view.getUint16(at + 2);
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return new DataView(view.buffer, view.byteOffset + at + 10, size - 8);
    if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) return null;
    at += 2 + size;
  }
  return null;
}

/** Where each tag of a directory stands. */
function entries(tiff: DataView, from: number, little: boolean): Map<number, number> {
  const found = new Map<number, number>();
  const count = Math.min(200, tiff.getUint16(from, little));
  for (let n = 0; n < count; n += 1) found.set(tiff.getUint16(from + 2 + n * 12, little), from + 2 + n * 12);
  return found;
}

function text(tiff: DataView, at: number | undefined, little: boolean): string {
  if (at === undefined) return '';
  const length = Math.min(64, tiff.getUint32(at + 4, little));
  const from = length <= 4 ? at + 8 : tiff.getUint32(at + 8, little);
  let said = '';
  for (let n = 0; n < length; n += 1) said += String.fromCharCode(tiff.getUint8(from + n));
  return said.replace(/\0.*$/, '');
}

/** The same JPEG with an EXIF of its own that says when it was taken, and nothing more. */
export function withTaken(jpeg: ArrayBuffer, taken: string, offset: string): ArrayBuffer {
  const body = new Uint8Array(jpeg);
  if (body[0] !== 0xff || body[1] !== 0xd8) return jpeg;
  const words = [
    [TAKEN, `${taken}\0`],
    ...(offset ? ([[OFFSET, `${offset}\0`]] as const) : []),
  ] as const;
  const inner = 26;
  const texts = inner + 2 + words.length * 12 + 4;
  const size = texts + words.reduce((sum, [, word]) => sum + word.length, 0);
  const tiff = new DataView(new ArrayBuffer(size));
  tiff.setUint16(0, 0x4d4d);
  tiff.setUint16(2, 42);
  tiff.setUint32(4, 8);
  tiff.setUint16(8, 1);
  entry(tiff, 10, EXIF_IFD, 4, 1, inner);
  tiff.setUint16(inner, words.length);
  let at = texts;
  words.forEach(([tag, word], n) => {
    entry(tiff, inner + 2 + n * 12, tag, 2, word.length, at);
    for (let k = 0; k < word.length; k += 1) tiff.setUint8(at + k, word.charCodeAt(k));
    at += word.length;
  });
  const made = new Uint8Array(body.length + 10 + size);
  made.set([0xff, 0xd8, 0xff, 0xe1, ((8 + size) >> 8) & 0xff, (8 + size) & 0xff, 0x45, 0x78, 0x69, 0x66, 0, 0], 0);
  made.set(new Uint8Array(tiff.buffer), 12);
  made.set(body.subarray(2), 12 + size);
  return made.buffer;
}

function entry(tiff: DataView, at: number, tag: number, kind: number, count: number, value: number): void {
  tiff.setUint16(at, tag);
  tiff.setUint16(at + 2, kind);
  tiff.setUint32(at + 4, count);
  tiff.setUint32(at + 8, value);
}

/** A moment as EXIF writes it, in Bangkok. */
export function exifTime(at: number): { taken: string; offset: string } {
  const local = new Date(at + 7 * 3_600_000).toISOString();
  return { taken: `${local.slice(0, 10).replaceAll('-', ':')} ${local.slice(11, 19)}`, offset: '+07:00' };
}
