/** A short voice, recorded on the phone: thirty seconds at most, some 120 kB. */

export const LONGEST_S = 30;
const BITS_PER_S = 32_000;
const BYTES_MOST = 2_000_000;

export interface Recording {
  /** The voice, or null where nothing came of it. */
  done: Promise<Blob | null>;
  stop: (keep: boolean) => void;
}

/** Starts at once; throws where the microphone is refused. It ends by itself after thirty seconds. */
export async function record(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const quiet = () => stream.getTracks().forEach((track) => track.stop());
  try {
    const recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_S });
    const parts: Blob[] = [];
    let kept = true;
    recorder.ondataavailable = (event) => parts.push(event.data);
    const done = new Promise<Blob | null>((resolve) => {
      recorder.onstop = () => {
        quiet();
        const voice = new Blob(parts, { type: recorder.mimeType });
        resolve(kept && voice.size > 0 && voice.size <= BYTES_MOST ? voice : null);
      };
      recorder.onerror = () => recorder.state === 'inactive' || recorder.stop();
    });
    recorder.start();
    const end = setTimeout(() => recorder.state === 'inactive' || recorder.stop(), LONGEST_S * 1_000);
    const stop = (keep: boolean) => {
      clearTimeout(end);
      kept = keep;
      if (recorder.state !== 'inactive') recorder.stop();
    };
    return { done, stop };
  } catch (thrown) {
    quiet();
    throw thrown;
  }
}
