/** Told gently that it is enough: two soft tones and a short shake. */
let audio: AudioContext | null = null;

/** Browsers allow sound only after a touch: called from a press. */
export function unlock(): void {
  try {
    audio ??= new AudioContext();
    if (audio.state === 'suspended') void audio.resume().catch(() => undefined);
  } catch {
    // It still shakes and shows.
  }
}

export function chime(): void {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([90, 80, 90]);
  if (!audio || audio.state !== 'running') return;
  for (const [hz, from] of [[660, 0], [880, 0.25]] as const) {
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    const start = audio.currentTime + from;
    tone.type = 'sine';
    tone.frequency.value = hz;
    loud.gain.setValueAtTime(0, start);
    loud.gain.linearRampToValueAtTime(0.15, start + 0.05);
    loud.gain.exponentialRampToValueAtTime(0.001, start + 0.6);
    tone.connect(loud).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.65);
  }
}
