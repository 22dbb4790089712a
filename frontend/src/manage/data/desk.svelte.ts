/** The desk on which files are looked at, one after the other, and from which they are imported. */
import { asApiError, get, post, remove, type ApiError } from '$lib/api';
import { language } from '$lib/i18n.svelte';
import { may } from '$lib/session.svelte';
import type { Approval } from '$lib/types';
import { choicesOf, upload, type Applied, type Choices, type Kind, type Preview, type Run } from './wire';

const READ_MS = 200_000;

/** The word of a thing that has `th` and `en`. */
export const said = (thing: { th: string; en: string } | undefined): string => (thing ? (language.locale === 'en' ? thing.en : thing.th) : '');

class Desk {
  kinds = $state.raw<readonly Kind[]>([]);
  runs = $state.raw<readonly Run[]>([]);
  /** Runs whose way back waits for a second person. */
  waiting = $state.raw<readonly string[]>([]);
  key = $state('devices');
  files = $state.raw<readonly File[]>([]);
  place = $state(0);
  /** How much of the file has gone, 0 to 1; null when nothing is being sent. */
  sent = $state<number | null>(null);
  busy = $state<'' | 'look' | 'apply'>('');
  seen = $state.raw<Preview | null>(null);
  choices = $state.raw<Choices | null>(null);
  done = $state.raw<Applied | null>(null);
  undone = $state<number | null>(null);
  error = $state.raw<ApiError | null>(null);
  #stop: AbortController | null = null;
  #asked = 0;

  get kind(): Kind | undefined {
    return this.kinds.find((one) => one.key === this.key);
  }
  get file(): File | undefined {
    return this.files[this.place];
  }
  get next(): File | undefined {
    return this.files[this.place + 1];
  }

  async load(): Promise<void> {
    try {
      this.kinds = await get<Kind[]>(may('data.import') ? '/api/import/kinds' : '/api/export/kinds');
      if (!this.kind) this.key = this.kinds[0]?.key ?? '';
      await this.loadRuns();
      this.error = null;
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
  }

  async loadRuns(): Promise<void> {
    if (!may('data.import')) return;
    const [runs, asked] = await Promise.all([get<Run[]>('/api/import/runs'), get<Approval[]>('/api/approvals')]);
    this.runs = runs;
    this.waiting = asked.filter((one) => one.action === 'import.undo' && one.state === 'pending').map((one) => one.subject.replace(/^import:/, ''));
  }

  /** Puts files on the desk and looks at the first. */
  async take(files: readonly File[]): Promise<void> {
    this.clear();
    this.files = files;
    await this.#look();
  }

  async #look(): Promise<void> {
    const file = this.file;
    if (!file) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.sent = 0;
    this.error = null;
    this.busy = 'look';
    try {
      const path = `/api/import/files?kind=${encodeURIComponent(this.key)}&name=${encodeURIComponent(file.name.slice(0, 200))}`;
      this.#show(await upload(path, file, (share) => (this.sent = share), stop.signal));
    } catch (thrown) {
      if (!stop.signal.aborted) this.error = asApiError(thrown);
    } finally {
      this.sent = null;
      this.busy = '';
    }
  }

  #show(seen: Preview): void {
    this.seen = seen;
    this.choices ??= choicesOf(seen);
    this.choices = { ...this.choices, kind: seen.kind, columns: seen.columns, header_row: seen.header_row, sheet: seen.sheet };
    this.done = null;
    this.undone = null;
  }

  /** Looks again with other choices; the newest answer counts. Another header or sheet lets the columns be guessed anew. */
  async choose(changes: Partial<Choices>): Promise<void> {
    if (!this.seen || !this.choices) return;
    const fresh = 'sheet' in changes || 'header_row' in changes || 'encoding' in changes || 'delimiter' in changes || 'kind' in changes;
    const { columns, header_row, ...rest } = { ...this.choices, ...changes };
    const keepHead = !('sheet' in changes || 'encoding' in changes || 'delimiter' in changes || 'kind' in changes);
    const asked: Choices = { ...rest, ...(fresh ? {} : { columns }), ...(keepHead ? { header_row } : {}) };
    this.choices = { ...this.choices, ...changes };
    this.#asked += 1;
    const number = this.#asked;
    this.busy = 'look';
    this.error = null;
    try {
      const seen = await post<Preview>(`/api/import/files/${this.seen.file_id}/preview`, asked, { timeout_ms: READ_MS });
      if (number === this.#asked) this.#show(seen);
    } catch (thrown) {
      if (number === this.#asked) this.error = asApiError(thrown);
    } finally {
      if (number === this.#asked) this.busy = '';
    }
  }

  async apply(leaveRefused: boolean): Promise<void> {
    if (!this.seen) return;
    this.busy = 'apply';
    this.error = null;
    try {
      this.done = await post<Applied>(`/api/import/files/${this.seen.file_id}/apply`, { leave_refused: leaveRefused }, { timeout_ms: READ_MS });
      await this.loadRuns();
    } catch (thrown) {
      this.error = asApiError(thrown);
    } finally {
      this.busy = '';
    }
  }

  /** Takes an import back; how many rows are as they were. */
  async undo(run: string): Promise<number> {
    const { rows } = await post<{ rows: number }>(`/api/import/runs/${run}/undo`, {}, { timeout_ms: READ_MS });
    if (this.done?.run_id === run) this.undone = rows;
    await this.loadRuns();
    return rows;
  }

  /** The same file as another kind: an OpenStreetMap file holds streets, places and land. */
  async also(key: string): Promise<void> {
    this.key = key;
    this.done = null;
    await this.choose({ kind: key, replace: false });
  }

  async goOn(): Promise<void> {
    const [files, place] = [this.files, this.place + 1];
    this.clear();
    if (place < files.length) {
      this.files = files;
      this.place = place;
      await this.#look();
    }
  }

  /** Clears the desk; the centre forgets the file at once. */
  clear(): void {
    this.#stop?.abort();
    if (this.seen) void remove(`/api/import/files/${this.seen.file_id}`).catch(() => undefined);
    this.files = [];
    this.place = 0;
    this.seen = null;
    this.choices = null;
    this.done = null;
    this.undone = null;
    this.error = null;
    this.sent = null;
    this.busy = '';
  }
}

export const desk = new Desk();
