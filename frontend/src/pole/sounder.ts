/** What stands in for a siren and a ringing tone at a point that is a tablet: its own loudspeaker. */
export class Sounder {
  #context: AudioContext | null = null;
  #siren: { tone: OscillatorNode; sweep: OscillatorNode } | null = null;

  /** Browsers let a page sound after its first touch; kiosks can be told to let it at once. */
  wake(): void {
    this.#context ??= new AudioContext();
    void this.#context.resume();
  }

  get ready(): boolean {
    return this.#context?.state === 'running';
  }

  siren(on: boolean): void {
    if (!on) {
      this.#siren?.tone.stop();
      this.#siren?.sweep.stop();
      this.#siren = null;
      return;
    }
    this.wake();
    const context = this.#context;
    if (!context || this.#siren) return;
    const tone = new OscillatorNode(context, { type: 'sawtooth', frequency: 900 });
    const sweep = new OscillatorNode(context, { frequency: 0.6 });
    const depth = new GainNode(context, { gain: 400 });
    const volume = new GainNode(context, { gain: 0.9 });
    sweep.connect(depth).connect(tone.frequency);
    tone.connect(volume).connect(context.destination);
    tone.start();
    sweep.start();
    this.#siren = { tone, sweep };
  }

  /** One soft note: somebody of the centre begins to speak. */
  note(): void {
    this.wake();
    const context = this.#context;
    if (!context) return;
    const at = context.currentTime;
    for (const [n, hertz] of [587, 880].entries()) {
      const tone = new OscillatorNode(context, { frequency: hertz });
      const volume = new GainNode(context, { gain: 0.2 });
      tone.connect(volume).connect(context.destination);
      tone.start(at + n * 0.22);
      tone.stop(at + n * 0.22 + 0.2);
    }
  }
}
