/** A photograph made small on the phone. Drawn anew, so that nothing the camera wrote (place, time) goes along. */
const SIDE = 1_600;
const BYTES_MOST = 640_000;

/** As a JPEG of at most 640 kB; null where the phone cannot open it. */
export async function shrink(file: Blob): Promise<Blob | null> {
  const seen = await opened(file);
  if (!seen) return null;
  const [wide, high] = 'naturalWidth' in seen ? [seen.naturalWidth, seen.naturalHeight] : [seen.width, seen.height];
  const canvas = document.createElement('canvas');
  for (const [side, quality] of [[SIDE, 0.82], [SIDE, 0.65], [1_200, 0.6], [800, 0.5]] as const) {
    const scale = Math.min(1, side / Math.max(wide, high));
    canvas.width = Math.max(1, Math.round(wide * scale));
    canvas.height = Math.max(1, Math.round(high * scale));
    const pen = canvas.getContext('2d');
    if (!pen) return null;
    pen.drawImage(seen, 0, 0, canvas.width, canvas.height);
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality));
    if (made && made.size <= BYTES_MOST) return made;
  }
  return null;
}

async function opened(file: Blob): Promise<ImageBitmap | HTMLImageElement | null> {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    // An old browser, or no picture: the element below decides.
  }
  const address = URL.createObjectURL(file);
  const image = new Image();
  try {
    image.src = address;
    await image.decode();
    return image.naturalWidth > 0 ? image : null;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
  }
}
