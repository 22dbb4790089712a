/** An SOS point that is a page: its press (kept until the centre has it), its voice, its siren and light, what comes of it. */
import { clientId, httpPost, openShelf, Outbox, type OutboxState } from '$lib/outbox';
import { Peer, NoMicrophone, openMicrophone, type IceServer, type VoiceTrouble } from '$lib/voice';
import { liveUrl } from '$lib/live';
import { Wire } from '$lib/wire';
import { handed, nextMark } from './press';
import { Sounder } from './sounder';

export interface Names {
  key: string;
  name_th: string;
  name_en: string;
}
export interface Hello extends Names {
  point: 'pole' | 'box' | 'alarm';
  siren: boolean;
  light: boolean;
  voice: boolean;
  ice: IceServer[];
}
export interface Call {
  id: string;
  state: 'ringing' | 'talking' | 'held' | 'ended';
  began_by: 'point' | 'desk';
  who: 'public' | 'officer';
  ended_why: 'desk' | 'point' | 'lost' | 'unanswered' | null;
}
export interface Help {
  status: 'received' | 'acknowledged' | 'on_the_way' | 'arrived' | 'closed';
  eta_s: number | null;
}
interface Command {
  command: string;
  do: 'siren' | 'light';
  on: boolean;
  lasts_s: number;
}
type Stage = 'starting' | 'signin' | 'on' | 'elsewhere';

const NAMES = 'unjai.pole.names';
const HEARTBEAT_MS = 30_000;
const AGAIN_MS = 3000;
/** How long the page says that a call is over. */
const OVER_MS = 8000;

function kept(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export class Point {
  stage = $state<Stage>('starting');
  names = $state.raw<Names | null>(null);
  has = $state.raw<Hello | null>(null);
  line = $state<'connecting' | 'live' | 'lost'>('connecting');
  call = $state.raw<Call | null>(null);
  help = $state.raw<Help | null>(null);
  voice = $state<'asking' | 'ready' | VoiceTrouble>('asking');
  /** Sound of the centre, to be played. */
  sound = $state.raw<MediaStream | null>(null);
  heard = $state(false);
  light = $state(false);
  siren = $state(false);
  refused = $state(false);
  box = $state.raw<OutboxState>({ entries: [], sending: false, failing: false, needsLogin: false });
  /** A press that the centre has not got yet. */
  readonly waiting = $derived(this.box.entries.some((entry) => entry.lane === 'press' && !entry.refused));
  /** Pressed here just now: until the centre says how far it is, the page does. */
  pressed = $state(false);

  #outbox: Outbox | null = null;
  #wire: Wire | null = null;
  #microphone: MediaStream | null = null;
  #peer: Peer | null = null;
  #ice: IceServer[] = [];
  #ready_for = '';
  #timers: ReturnType<typeof setInterval>[] = [];
  #ends = new Map<string, ReturnType<typeof setTimeout>>();
  #over: ReturnType<typeof setTimeout> | undefined;
  readonly #began = Date.now();
  readonly sounder = new Sounder();

  async start(): Promise<void> {
    const { shelf } = await openShelf('unjai-pole');
    this.#outbox = new Outbox({ shelf, post: httpPost(), longest: 5000, onChange: (state) => (this.box = state), onSent: (entry) => { if (entry.lane === 'press') this.#wire?.say({ type: 'pressed' }); } });
    await this.#outbox.start();
    const given = handed(location.hash);
    if (given) {
      history.replaceState(null, '', location.pathname);
      if (await this.signIn(given.key, given.secret)) return;
    }
    await this.#whoAmI();
  }

  stop(): void {
    this.#outbox?.stop();
    this.#wire?.stop();
    this.#timers.forEach(clearInterval);
    this.#hangUp();
    this.#microphone?.getTracks().forEach((track) => track.stop());
  }

  async #whoAmI(): Promise<void> {
    try {
      const answer = await fetch('/sos/session', { credentials: 'same-origin', signal: AbortSignal.timeout(8000) });
      if (answer.status === 401) {
        this.stage = 'signin';
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      this.#begin((await answer.json()) as Names);
    } catch {
      // No line. Who was signed in here before goes on: a press is kept until there is one.
      const known = kept()?.getItem(NAMES);
      if (known) this.#begin(JSON.parse(known) as Names);
      else setTimeout(() => void this.#whoAmI(), AGAIN_MS);
    }
  }

  /** True when the centre knows this credential. Throws when there is no line. */
  async signIn(key: string, secret: string): Promise<boolean> {
    try {
      const answer = await fetch('/sos/session', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Unjai': '1' },
        credentials: 'same-origin',
        body: JSON.stringify({ key, secret }),
        signal: AbortSignal.timeout(8000),
      });
      if (!answer.ok) return false;
      this.#outbox?.kick();
      this.#begin((await answer.json()) as Names);
      return true;
    } catch {
      return false;
    }
  }

  #begin(names: Names): void {
    this.names = names;
    kept()?.setItem(NAMES, JSON.stringify(names));
    this.stage = 'on';
    this.#timers.forEach(clearInterval);
    this.#timers = [setInterval(() => void this.#heartbeat(), HEARTBEAT_MS)];
    void this.#heartbeat();
    void this.askMicrophone();
    this.#wire?.stop();
    this.#wire = new Wire(liveUrl('/ws/sos/point'), {
      line: (open) => {
        this.line = open ? 'live' : 'lost';
        if (open) this.#introduce();
      },
      message: (said) => this.#heard(said),
      refused: (code) => {
        if (code === 4409) this.stage = 'elsewhere';
        else if (code === 4401) this.stage = 'signin';
        else return false;
        this.#hangUp();
        return true;
      },
    });
    this.#wire.start();
  }

  /** This screen again, after another one was opened. */
  here(): void {
    if (this.names) this.#begin(this.names);
  }

  async askMicrophone(): Promise<void> {
    if (this.#microphone?.getAudioTracks().some((track) => track.readyState === 'live')) return;
    try {
      this.#microphone = await openMicrophone();
      this.voice = 'ready';
    } catch (error) {
      this.voice = error instanceof NoMicrophone ? error.trouble : 'missing';
    }
    this.#introduce();
    this.#prepare();
  }

  #introduce(): void {
    if (this.voice !== 'asking') this.#wire?.say({ type: 'hello', by: 'page', voice: this.voice });
  }

  async #heartbeat(): Promise<void> {
    const body = { ...nextMark(kept(), clientId), at: new Date().toISOString(), uptime_s: Math.round((Date.now() - this.#began) / 1000), firmware: 'page' };
    await fetch('/sos/heartbeat', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Unjai': '1' }, credentials: 'same-origin', body: JSON.stringify(body), signal: AbortSignal.timeout(8000) }).catch(() => undefined);
  }

  /** The red button: the press first, whatever else works; then the voice. */
  press(): void {
    this.sounder.wake();
    this.pressed = true;
    void this.#outbox?.add({ lane: 'press', path: '/sos/press', body: { ...nextMark(kept(), clientId), at: new Date().toISOString(), button: 'page' } });
    this.talk('public');
  }

  talk(who: 'public' | 'officer', said = ''): void {
    this.sounder.wake();
    if (this.voice !== 'ready') void this.askMicrophone();
    if (!this.call || this.call.state === 'ended') this.#wire?.say({ type: 'call', who, said });
  }

  end(): void {
    this.#wire?.say({ type: 'hang_up' });
  }

  #heard(said: Record<string, unknown> & { type: string }): void {
    switch (said.type) {
      case 'hello': {
        this.has = said as unknown as Hello;
        this.#ice = this.has.ice;
        this.names = { key: this.has.key, name_th: this.has.name_th, name_en: this.has.name_en };
        this.#ready_for = '';
        break;
      }
      case 'call':
        this.#called(said['call'] as Call | null);
        break;
      case 'help':
        this.help = said['help'] as Help | null;
        if (this.help) this.pressed = false;
        break;
      case 'signal':
        void this.#signal(said as { call_id?: string; kind?: string; sdp?: string; n?: number; here?: boolean });
        break;
      case 'command':
        this.#command(said as unknown as Command);
        break;
    }
  }

  #called(call: Call | null): void {
    const before = this.call;
    clearTimeout(this.#over);
    if (call?.state === 'ended') {
      if (!before || before.state === 'ended') call = null;
      else this.#over = setTimeout(() => (this.call = null), OVER_MS);
    }
    this.call = call;
    if (!call || call.state === 'ended') {
      this.#hangUp();
      return;
    }
    if (call.began_by === 'desk' && before?.id !== call.id) this.sounder.note();
    this.#peer?.speak(call.state === 'talking');
    this.#prepare();
  }

  /** Once a call is there and the microphone is open, the operator's page is asked to offer. */
  #prepare(): void {
    const call = this.call;
    if (!call || this.voice !== 'ready' || (call.state === 'ringing' && call.began_by === 'point') || call.state === 'ended') return;
    if (this.#ready_for === call.id) return;
    if (this.#wire?.say({ type: 'ready' })) this.#ready_for = call.id;
  }

  async #signal(said: { call_id?: string; kind?: string; sdp?: string; n?: number; here?: boolean }): Promise<void> {
    if (said.here) {
      this.#wire?.say({ type: 'ready' });
      return;
    }
    if (said.kind !== 'offer' || !said.sdp || !this.#microphone) return;
    this.#peer?.close();
    const peer = new Peer(this.#ice, this.#microphone, {
      sound: (stream) => (this.sound = stream),
      state: (state) => {
        if (this.#peer !== peer) return;
        this.heard = state === 'connected';
        if (state === 'failed') this.#wire?.say({ type: 'ready' });
      },
    });
    this.#peer = peer;
    peer.speak(this.call?.state !== 'held');
    const answer = await peer.answer(said.sdp);
    if (this.#peer === peer) this.#wire?.say({ type: 'signal', ...answer, n: said.n });
  }

  #hangUp(): void {
    this.#peer?.close();
    this.#peer = null;
    this.#ready_for = '';
    this.heard = false;
    this.sound = null;
  }

  #command(told: Command): void {
    if (!this.has?.[told.do]) {
      this.#acknowledge(told.command, 'refused', 'not here');
      return;
    }
    const over = () => {
      this.#ends.delete(told.command);
      this[told.do] = false;
      if (told.do === 'siren') this.sounder.siren(false);
      this.#acknowledge(told.command, 'done');
    };
    const running = this.#ends.get(told.command);
    if (!told.on) {
      clearTimeout(running);
      over();
      return;
    }
    if (running === undefined) {
      this[told.do] = true;
      if (told.do === 'siren') this.sounder.siren(true);
      this.#ends.set(told.command, setTimeout(over, told.lasts_s * 1000));
    }
    // Silence from a browser that lets nothing sound is no siren.
    if (told.do === 'siren' && !this.sounder.ready) setTimeout(() => this.#acknowledge(told.command, this.sounder.ready ? 'on' : 'refused', this.sounder.ready ? undefined : 'sound not allowed until touched'), 300);
    else this.#acknowledge(told.command, 'on');
  }

  #acknowledge(command: string, state: 'on' | 'done' | 'refused', why?: string): void {
    void this.#outbox?.add({ id: `${command}:${state}`, lane: 'ack', path: '/sos/ack', body: { command, state, ...(why ? { why } : {}) }, quiet: true });
  }
}
