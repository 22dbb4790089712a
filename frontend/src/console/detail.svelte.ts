/** The open incident in full, and who could go. Asked again whenever the live row is newer. */
import { asApiError, get, type ApiError } from '$lib/api';
import type { Incident, Proposal } from '$lib/types';
import { room } from './room.svelte';

const AGAIN_MS = 3000;

class Detail {
  incident = $state.raw<Incident | null>(null);
  error = $state.raw<ApiError | null>(null);
  proposals = $state.raw<Proposal[] | null>(null);
  proposalsAt = $state(0);
  #wanted: string | null = null;
  #asking: AbortController | null = null;
  #asking_proposals: AbortController | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  /** Opens another incident, or none. */
  open(id: string | null): void {
    if (id === this.#wanted) return;
    this.#wanted = id;
    clearTimeout(this.#again);
    this.#asking?.abort();
    this.#asking_proposals?.abort();
    this.error = null;
    this.proposals = null;
    if (this.incident?.id !== id) this.incident = null;
    if (id) void this.fetch();
  }

  /** Takes the answer of a command. */
  take(incident: Incident): void {
    room.put(rowOf(incident));
    if (incident.id === this.#wanted) {
      this.incident = incident;
      this.error = null;
    }
  }

  async fetch(): Promise<void> {
    const id = this.#wanted;
    if (!id) return;
    clearTimeout(this.#again);
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const found = await get<Incident>(`/api/incidents/${id}`, { signal: asking.signal });
      if (this.#wanted === id && (this.incident?.id !== id || found.version >= this.incident.version)) {
        this.incident = found;
        this.error = null;
      }
    } catch (thrown) {
      if (asking.signal.aborted || this.#wanted !== id) return;
      this.error = asApiError(thrown);
      // A cut line or a restarting centre mends itself; a refusal does not.
      if (this.error.status === 0 || this.error.status >= 500) this.#again = setTimeout(() => void this.fetch(), AGAIN_MS);
    }
  }

  async fetchProposals(): Promise<void> {
    const id = this.#wanted;
    if (!id) return;
    this.#asking_proposals?.abort();
    const asking = new AbortController();
    this.#asking_proposals = asking;
    try {
      const found = await get<Proposal[]>(`/api/incidents/${id}/proposals`, { signal: asking.signal });
      if (this.#wanted === id) {
        this.proposals = found;
        this.proposalsAt = room.clock();
      }
    } catch {
      // The old list stays with its age; the next asking mends it.
    }
  }
}

/** The row inside a full incident. */
export function rowOf({ reports: _r, assignments: _a, timeline: _t, nearest_cameras: _n, checklist: _c, parties: _p, attachments: _f, case_files: _s, ...row }: Incident) {
  return row;
}

export const detail = new Detail();
