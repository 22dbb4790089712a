/** NFC tags, where the browser reads them (Chrome on Android): the number of the tag, nothing of what is written on it. */
interface TagReader {
  scan(options: { signal: AbortSignal }): Promise<void>;
  onreading: ((event: { serialNumber: string }) => void) | null;
  onreadingerror: (() => void) | null;
}
type TagReaderKind = new () => TagReader;

const kind = (): TagReaderKind | undefined => (globalThis as { NDEFReader?: TagReaderKind }).NDEFReader;

export const readsTags = (): boolean => kind() !== undefined;

/** Wait for a tag; null where reading is not allowed, or `signal` ended it. */
export async function readTag(signal: AbortSignal): Promise<string | null> {
  const Reader = kind();
  if (!Reader) return null;
  const reader = new Reader();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true });
    reader.onreading = (event) => resolve(event.serialNumber || null);
    reader.scan({ signal }).catch(() => resolve(null));
  });
}
