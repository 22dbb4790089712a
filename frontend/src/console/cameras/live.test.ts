import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveStream, type Phase } from './live';

/** What a browser brings, as little of it as the stream touches. */
class Line {
  static all: Line[] = [];
  binaryType = '';
  closed = false;
  onmessage: (event: { data: string | ArrayBuffer }) => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;
  constructor(readonly url: string) {
    Line.all.push(this);
  }
  close() {
    this.closed = true;
  }
  say(what: object) {
    this.onmessage({ data: JSON.stringify(what) });
  }
}
class Buffer extends EventTarget {
  updating = false;
  taken: number[] = [];
  appendBuffer(data: ArrayBuffer) {
    this.taken.push(data.byteLength);
    this.updating = true;
  }
  done() {
    this.updating = false;
    this.dispatchEvent(new Event('updateend'));
  }
  remove() {}
}
class Media extends EventTarget {
  static last: Media;
  static isTypeSupported = (mime: string) => mime.includes('avc1');
  readyState = 'closed';
  buffer = new Buffer();
  constructor() {
    super();
    Media.last = this;
  }
  addSourceBuffer = () => this.buffer;
  open() {
    this.readyState = 'open';
    this.dispatchEvent(new Event('sourceopen'));
  }
}
class Video extends EventTarget {
  buffered = { length: 0, start: () => 100, end: () => 104 };
  currentTime = 0;
  playbackRate = 1;
  paused = false;
  error = null;
  readyState = 0;
  src = '';
  play = () => Promise.resolve();
  load() {}
  removeAttribute() {
    this.src = '';
  }
}

let video: Video;
let told: Phase[];
let stream: LiveStream;
const last = () => Line.all.at(-1) as Line;
const H264 = 'video/mp4; codecs="avc1.64001f"';

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  Object.assign(URL, { createObjectURL: () => 'blob:it', revokeObjectURL: () => undefined });
  vi.stubGlobal('WebSocket', Line);
  vi.stubGlobal('MediaSource', Media);
  vi.stubGlobal('HTMLMediaElement', { HAVE_CURRENT_DATA: 2 });
  vi.stubGlobal('location', { protocol: 'http:', host: 'centre' });
  Line.all = [];
  told = [];
  video = new Video();
  stream = new LiveStream(video as unknown as HTMLVideoElement, 'one', 'auto', (phase) => told.push(phase));
});
afterEach(() => {
  stream.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('live pictures', () => {
  it('hands fragments on in order, and goes to the newest picture', () => {
    last().say({ type: 'begin', mime: H264 });
    last().onmessage({ data: new ArrayBuffer(3) });
    Media.last.open();
    last().onmessage({ data: new ArrayBuffer(5) });
    last().onmessage({ data: new ArrayBuffer(7) });
    expect(Media.last.buffer.taken).toEqual([3]);
    video.buffered.length = 1;
    Media.last.buffer.done();
    expect(Media.last.buffer.taken).toEqual([3, 12]);
    expect(video.currentTime).toBeCloseTo(103.75);
    video.readyState = 2;
    video.dispatchEvent(new Event('timeupdate'));
    expect(told).toEqual([{ at: 'playing' }]);
  });

  it('comes back after a cut, later each time', () => {
    const waits: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const before = Line.all.length;
      last().onclose({ code: 1006 });
      let waited = 0;
      while (Line.all.length === before) {
        vi.advanceTimersByTime(100);
        waited += 100;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([500, 1000, 2000]);
    expect(told.at(-1)).toEqual({ at: 'trouble', trouble: 'cut', since: null });
  });

  it('does not ask again for what does not mend itself', () => {
    last().say({ type: 'error', error: { code: 'forbidden' } });
    last().onclose({ code: 4403 });
    vi.advanceTimersByTime(120_000);
    expect(Line.all).toHaveLength(1);
    expect(told.at(-1)).toMatchObject({ trouble: 'no_right' });
  });

  it('says that a camera sends H.265 alone, and hangs up', () => {
    last().say({ type: 'state', signal: 'live', codec: 'hevc' });
    expect(told.at(-1)).toMatchObject({ trouble: 'h265' });
    expect(last().closed).toBe(true);
    vi.advanceTimersByTime(120_000);
    expect(Line.all).toHaveLength(1);
  });

  it('keeps the line while the camera refuses the password, and goes on when it sends', () => {
    last().say({ type: 'state', signal: 'lost', why: 'refused', since: '2026-11-22T01:00:00Z' });
    expect(told.at(-1)).toEqual({ at: 'trouble', trouble: 'refused', since: '2026-11-22T01:00:00Z' });
    expect(last().closed).toBe(false);
    last().say({ type: 'state', signal: 'live', codec: 'h264' });
    expect(told.at(-1)).toEqual({ at: 'opening' });
  });

  it('begins anew when pictures stop without a word', () => {
    last().say({ type: 'begin', mime: H264 });
    Media.last.open();
    video.buffered.length = 1;
    last().onmessage({ data: new ArrayBuffer(3) });
    video.readyState = 2;
    video.currentTime = 103.8;
    video.dispatchEvent(new Event('timeupdate'));
    vi.advanceTimersByTime(5200);
    expect(Line.all).toHaveLength(2);
  });

  it('does not take what is left of a cut line for the new one, however slow that is to come', () => {
    last().say({ type: 'begin', mime: H264 });
    Media.last.open();
    video.buffered.length = 1;
    last().onmessage({ data: new ArrayBuffer(3) });
    video.readyState = 2;
    video.currentTime = 103.8;
    video.dispatchEvent(new Event('timeupdate'));
    vi.advanceTimersByTime(5200);
    expect(Line.all).toHaveLength(2);
    for (let n = 0; n < 20; n += 1) {
      video.dispatchEvent(new Event('timeupdate'));
      vi.advanceTimersByTime(500);
    }
    expect(Line.all).toHaveLength(2);
    expect(last().closed).toBe(false);
    expect(told.at(-1)).toMatchObject({ trouble: 'cut' });
  });

  it('ends when stopped', () => {
    stream.stop();
    expect(last().closed).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect(Line.all).toHaveLength(1);
  });
});
