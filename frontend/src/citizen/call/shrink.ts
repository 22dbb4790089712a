/** A photograph made small on the phone before it is kept and sent: a call for help waits for no large file. */

export const LONGEST_PX = 1_600;
const QUALITY = 0.8;
/** What goes as it is when the phone cannot make it smaller; the centre takes 8 MB. */
export const AS_IT_IS_BYTES = 8_000_000;
const TAKEN = ['image/jpeg', 'image/png', 'image/webp'];

/** The size to draw at: never larger than it is, never flat. */
export function drawnSize(width: number, height: number): { width: number; height: number } {
  const part = Math.min(1, LONGEST_PX / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * part)), height: Math.max(1, Math.round(height * part)) };
}

/** Whether a file that could not be made smaller may go as it is. */
export function goesAsItIs(file: { size: number; type: string }): boolean {
  return file.size <= AS_IT_IS_BYTES && TAKEN.includes(file.type);
}

/** A small copy, the file itself, or null where the phone cannot open it and it is too large or of another kind. */
export async function small(file: File): Promise<Blob | null> {
  let picture: ImageBitmap | null = null;
  try {
    picture = await createImageBitmap(file);
    const canvas = document.createElement('canvas');
    Object.assign(canvas, drawnSize(picture.width, picture.height));
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
    if (drawn?.type === 'image/jpeg' && (drawn.size < file.size || !goesAsItIs(file))) return drawn;
  } catch {
    // Too large for this phone, or a kind that it cannot open.
  } finally {
    picture?.close();
  }
  return goesAsItIs(file) ? file : null;
}
