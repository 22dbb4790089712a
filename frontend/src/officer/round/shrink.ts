/** A large photograph made smaller on the phone, before it is kept and sent; when it was taken is kept. */
import { exifTime, takenAt, withTaken } from './exif';

const SMALL_BYTES = 1_200_000;
const LONGEST_PX = 2_048;
const QUALITY = 0.82;

/** The file, or a smaller copy of it; where the browser cannot read it, the file as it is. */
export async function shrunk(file: File): Promise<Blob> {
  if (file.size <= SMALL_BYTES) return file;
  let picture: ImageBitmap | null = null;
  try {
    picture = await createImageBitmap(file);
    const part = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(picture.width * part));
    canvas.height = Math.max(1, Math.round(picture.height * part));
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
    if (!small || small.type !== 'image/jpeg' || small.size >= file.size) return file;
    const said = file.type === 'image/jpeg' ? takenAt(await file.slice(0, 256_000).arrayBuffer()) : null;
    const { taken, offset } = said ?? exifTime(file.lastModified);
    return new Blob([withTaken(await small.arrayBuffer(), taken, offset)], { type: 'image/jpeg' });
  } catch {
    return file;
  } finally {
    picture?.close();
  }
}
