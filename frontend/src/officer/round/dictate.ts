/** Speaking instead of writing: the browser's own service hears it, which may send the sound to its maker. Off by default. */
interface Heard {
  resultIndex: number;
  results: { length: number; [n: number]: { isFinal: boolean; 0: { transcript: string } } };
}
interface Listener {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: Heard) => void) | null;
  onend: (() => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  start(): void;
  stop(): void;
}
type ListenerKind = new () => Listener;

const kind = (): ListenerKind | undefined => {
  const here = globalThis as { SpeechRecognition?: ListenerKind; webkitSpeechRecognition?: ListenerKind };
  return here.SpeechRecognition ?? here.webkitSpeechRecognition;
};

/** Whether this browser can turn speech into text at all. */
export const canDictate = (): boolean => kind() !== undefined;

/** Listen until `stop`; tells finished pieces. `onEnd` says why it ended: a code of the browser, or nothing. */
export function listen(locale: 'th' | 'en', onText: (text: string) => void, onEnd: (why: string) => void): () => void {
  const Kind = kind();
  if (!Kind) {
    onEnd('missing');
    return () => undefined;
  }
  const listener = new Kind();
  let why = '';
  listener.lang = locale === 'th' ? 'th-TH' : 'en-GB';
  listener.continuous = true;
  listener.interimResults = false;
  listener.onresult = (event) => {
    for (let n = event.resultIndex; n < event.results.length; n += 1) {
      const result = event.results[n];
      if (result?.isFinal) onText(result[0].transcript.trim());
    }
  };
  listener.onerror = (event) => (why = event.error);
  listener.onend = () => onEnd(why);
  listener.start();
  return () => listener.stop();
}
