/**
 * One end of a call between an SOS point and the centre: WebRTC audio, both ways. The operator's page offers, the point
 * answers; candidates travel inside the description, so that one message each way is all there is. Knows no screen.
 */
export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}
export interface Description {
  kind: 'offer' | 'answer';
  sdp: string;
}
/** Why there is no microphone: no secure page, not allowed, none there. */
export type VoiceTrouble = 'insecure' | 'denied' | 'missing';

export class NoMicrophone extends Error {
  readonly trouble: VoiceTrouble;
  constructor(trouble: VoiceTrouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

/** Opens the microphone. Browsers give it to pages over TLS or on the machine itself only. Throws `NoMicrophone`. */
export async function openMicrophone(): Promise<MediaStream> {
  const devices = globalThis.isSecureContext ? navigator.mediaDevices : undefined;
  if (!devices?.getUserMedia) throw new NoMicrophone('insecure');
  try {
    return await devices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
  } catch (error) {
    throw new NoMicrophone(error instanceof DOMException && error.name === 'NotAllowedError' ? 'denied' : 'missing');
  }
}

const GATHER_MS = 2000;

/** Resolves when all candidates are in the description; one slow server must not hold the call up. */
function gathered(line: RTCPeerConnection): Promise<void> {
  if (line.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      if (line.iceGatheringState !== 'complete') return;
      line.removeEventListener('icegatheringstatechange', done);
      clearTimeout(late);
      resolve();
    };
    const late = setTimeout(resolve, GATHER_MS);
    line.addEventListener('icegatheringstatechange', done);
  });
}

export interface PeerReader {
  /** Sound of the other side; play it. */
  sound(stream: MediaStream): void;
  state(state: RTCPeerConnectionState): void;
}

export class Peer {
  readonly #line: RTCPeerConnection;
  readonly #microphone: MediaStream;

  constructor(ice: readonly IceServer[], microphone: MediaStream, reader: PeerReader) {
    this.#line = new RTCPeerConnection({ iceServers: [...ice] });
    this.#microphone = microphone;
    for (const track of microphone.getAudioTracks()) this.#line.addTrack(track, microphone);
    this.#line.ontrack = (event) => reader.sound(event.streams[0] ?? new MediaStream([event.track]));
    this.#line.onconnectionstatechange = () => reader.state(this.#line.connectionState);
  }

  async offer(): Promise<Description> {
    await this.#line.setLocalDescription(await this.#line.createOffer());
    return this.#whole('offer');
  }

  async answer(sdp: string): Promise<Description> {
    await this.#line.setRemoteDescription({ type: 'offer', sdp });
    await this.#line.setLocalDescription(await this.#line.createAnswer());
    return this.#whole('answer');
  }

  /** Takes the answer to our offer; one that comes for an offer before the last is ignored. */
  async accept(sdp: string): Promise<void> {
    if (this.#line.signalingState === 'have-local-offer') await this.#line.setRemoteDescription({ type: 'answer', sdp });
  }

  /** Whether our side is heard. */
  speak(on: boolean): void {
    for (const track of this.#microphone.getAudioTracks()) track.enabled = on;
  }

  stats(): Promise<RTCStatsReport> {
    return this.#line.getStats();
  }

  close(): void {
    this.#line.ontrack = this.#line.onconnectionstatechange = null;
    this.#line.close();
  }

  async #whole(kind: Description['kind']): Promise<Description> {
    await gathered(this.#line);
    return { kind, sdp: this.#line.localDescription?.sdp ?? '' };
  }
}

/** Packets of sound that came in so far: what a page may honestly call "heard". */
export async function packetsHeard(peer: Peer): Promise<number> {
  let packets = 0;
  for (const one of (await peer.stats()).values() as Iterable<{ type: string; kind?: string; packetsReceived?: number }>) {
    if (one.type === 'inbound-rtp' && one.kind === 'audio') packets += one.packetsReceived ?? 0;
  }
  return packets;
}
