/** Reading a QR from the camera: by the phone's own reader where it has one, else by a reader of ours, loaded then. */

interface OwnReader {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
type OwnReaderKind = { new (options: { formats: string[] }): OwnReader; getSupportedFormats(): Promise<string[]> };
type Torch = MediaTrackConstraintSet & { torch?: boolean };

export type Trouble = 'denied' | 'missing' | 'insecure';
const EVERY_MS = 120;
const WIDE_PX = 720;

/** The next text a picture shows; null where there is none. */
export type Read = (video: HTMLVideoElement) => Promise<string | null>;

async function ownReader(): Promise<Read | null> {
  const kind = (globalThis as { BarcodeDetector?: OwnReaderKind }).BarcodeDetector;
  if (!kind || !(await kind.getSupportedFormats().catch((): string[] => [])).includes('qr_code')) return null;
  const reader = new kind({ formats: ['qr_code'] });
  return async (video) => (await reader.detect(video).catch(() => []))[0]?.rawValue ?? null;
}

async function loadedReader(): Promise<Read> {
  const { default: decode } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const on = canvas.getContext('2d', { willReadFrequently: true });
  return async (video) => {
    const part = Math.min(1, WIDE_PX / Math.max(video.videoWidth, video.videoHeight, 1));
    canvas.width = Math.round(video.videoWidth * part);
    canvas.height = Math.round(video.videoHeight * part);
    if (!on || canvas.width === 0) return null;
    on.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decode(on.getImageData(0, 0, canvas.width, canvas.height), { effort: 3, timeLimit: 80 });
    } catch {
      return null;
    }
  };
}

export class Camera {
  #stream: MediaStream | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  /** Show the camera in `video` and tell every text it reads, until `stop`. Returns why not, where it cannot. */
  async start(video: HTMLVideoElement, onText: (text: string) => void): Promise<Trouble | null> {
    if (!navigator.mediaDevices?.getUserMedia) return window.isSecureContext ? 'missing' : 'insecure';
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } } });
    } catch (thrown) {
      return (thrown as DOMException).name === 'NotAllowedError' ? 'denied' : 'missing';
    }
    if (this.#ended) {
      this.stop();
      return null;
    }
    video.srcObject = this.#stream;
    await video.play().catch(() => undefined);
    const read = (await ownReader()) ?? (await loadedReader().catch(() => null));
    if (!read) return 'missing';
    const look = async (): Promise<void> => {
      const text = video.readyState >= 2 ? await read(video) : null;
      if (this.#ended) return;
      if (text) onText(text);
      this.#timer = setTimeout(() => void look(), EVERY_MS);
    };
    void look();
    return null;
  }

  /** Whether this camera has a light. */
  get light(): boolean {
    const track = this.#stream?.getVideoTracks()[0];
    return !!(track?.getCapabilities?.() as { torch?: boolean } | undefined)?.torch;
  }

  async setLight(on: boolean): Promise<void> {
    await this.#stream?.getVideoTracks()[0]?.applyConstraints({ advanced: [{ torch: on } as Torch] }).catch(() => undefined);
  }

  stop(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }
}
