/** The operator's end of a call. The microphone is opened first: a call is taken only by somebody who can speak. */
import { post } from '$lib/api';
import { liveUrl } from '$lib/live';
import { toasts } from '$lib/toasts.svelte';
import { NoMicrophone, openMicrophone, packetsHeard, Peer, type IceServer, type VoiceTrouble } from '$lib/voice';
import { Wire } from '$lib/wire';
import { act } from '../act';
import { desk, type Call } from './desk.svelte';
import { s } from './texts';

/** Which call this window talks in: a reload goes on with it, another window of the same account does not. */
const KEPT = 'unjai.console.call';
const COUNT_MS = 1000;

class Talk {
  call = $state.raw<Call | null>(null);
  /** The other side is heard now. */
  heard = $state(false);
  /** Sound came through once in this call. */
  joined = $state(false);
  trouble = $state<VoiceTrouble | null>(null);
  sound = $state.raw<MediaStream | null>(null);
  /** Packets of sound from the point so far. */
  packets = $state(0);

  #wire: Wire | null = null;
  #peer: Peer | null = null;
  #microphone: MediaStream | null = null;
  #ice: IceServer[] = [];
  /** Number of the last offer: an answer to an earlier one is of a line that is no more. */
  #offers = 0;
  #count: ReturnType<typeof setInterval> | undefined;

  answer(call: Call): Promise<boolean> {
    return this.#with(call.device_id, () => post<Call>(`/api/sos/calls/${call.id}/answer`));
  }

  begin(device_id: string, incident_id: string | null): Promise<boolean> {
    return this.#with(device_id, () => post<Call>(`/api/sos/points/${device_id}/call`, { incident_id }));
  }

  /** After a reload: the call that this window had. */
  resume(call: Call | null): void {
    if (!call || this.#wire || sessionStorage.getItem(KEPT) !== call.id) return;
    void this.rejoin(call);
  }

  rejoin(call: Call): Promise<boolean> {
    return this.#with(call.device_id, () => Promise.resolve(call));
  }

  hold(): Promise<boolean> {
    return this.#turn('hold');
  }

  goOn(): Promise<boolean> {
    return this.#turn('resume');
  }

  async end(): Promise<boolean> {
    const call = this.call ?? desk.mine;
    if (!call) return false;
    return act(`call end ${call.id}`, async () => {
      await post<Call>(`/api/sos/calls/${call.id}/end`);
      this.#over(null);
      await desk.ask();
    });
  }

  turnAway(call: Call): Promise<boolean> {
    return act(`call away ${call.id}`, async () => {
      await post<Call>(`/api/sos/calls/${call.id}/end`);
      await desk.ask();
    });
  }

  #turn(verb: 'hold' | 'resume'): Promise<boolean> {
    const call = this.call;
    if (!call) return Promise.resolve(false);
    return act(`call ${verb} ${call.id}`, async () => this.#take(await post<Call>(`/api/sos/calls/${call.id}/${verb}`)));
  }

  #with(device_id: string, taken: () => Promise<Call>): Promise<boolean> {
    return act(`call ${device_id}`, async () => {
      this.trouble = null;
      try {
        this.#microphone ??= await openMicrophone();
      } catch (error) {
        this.trouble = error instanceof NoMicrophone ? error.trouble : 'missing';
        return;
      }
      try {
        this.#connect(await taken());
      } catch (error) {
        this.#letGo();
        void desk.ask();
        throw error;
      }
      await desk.ask();
    });
  }

  #connect(call: Call): void {
    this.call = call;
    this.joined = this.heard = false;
    this.packets = 0;
    sessionStorage.setItem(KEPT, call.id);
    this.#wire?.stop();
    this.#wire = new Wire(liveUrl(`/ws/sos/call/${call.id}`), {
      line: (open) => {
        if (open) this.#wire?.say({ here: true });
      },
      message: (said) => this.#heard(said),
      refused: (code) => {
        if (code !== 4410 && code !== 4403) return false;
        this.#over(null);
        void desk.ask();
        return true;
      },
    });
    this.#wire.start();
    clearInterval(this.#count);
    this.#count = setInterval(() => void this.#counted(), COUNT_MS);
  }

  async #counted(): Promise<void> {
    if (this.#peer) this.packets = await packetsHeard(this.#peer).catch(() => this.packets);
  }

  #heard(said: Record<string, unknown> & { type: string }): void {
    if (said.type === 'hello') {
      this.#ice = said['ice'] as IceServer[];
      this.#take(said['call'] as Call);
    } else if (said.type === 'call') this.#take(said['call'] as Call);
    else if (said.type === 'signal' && said['again']) void this.#offer();
    else if (said.type === 'signal' && said['kind'] === 'answer' && said['n'] === this.#offers) void this.#peer?.accept(String(said['sdp']));
  }

  #take(call: Call): void {
    if (call.state === 'ended') {
      this.#over(call);
      return;
    }
    this.call = call;
    this.#peer?.speak(call.state === 'talking');
  }

  async #offer(): Promise<void> {
    if (!this.#microphone) return;
    this.#peer?.close();
    this.heard = false;
    const peer = new Peer(this.#ice, this.#microphone, {
      sound: (stream) => (this.sound = stream),
      state: (state) => {
        if (this.#peer !== peer) return;
        this.heard = state === 'connected';
        if (this.heard) this.joined = true;
        if (state === 'failed') void this.#offer();
      },
    });
    this.#peer = peer;
    const n = (this.#offers += 1);
    peer.speak(this.call?.state !== 'held');
    const offer = await peer.offer();
    if (this.#peer === peer) this.#wire?.say({ ...offer, n });
  }

  #over(call: Call | null): void {
    if (call?.ended_why && call.ended_why !== 'desk') toasts.say(s(`call.ended.${call.ended_why as 'point' | 'lost' | 'unanswered'}`));
    this.#wire?.stop();
    this.#wire = null;
    this.#peer?.close();
    this.#peer = null;
    clearInterval(this.#count);
    this.call = null;
    this.sound = null;
    this.heard = this.joined = false;
    sessionStorage.removeItem(KEPT);
    this.#letGo();
  }

  /** The microphone is open only while there is a call: its light on the screen must tell the truth. */
  #letGo(): void {
    if (this.#wire) return;
    this.#microphone?.getTracks().forEach((track) => track.stop());
    this.#microphone = null;
  }
}

export const talk = new Talk();
