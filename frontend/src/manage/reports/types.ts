import type { components } from '$schemas';

export type Listed = components['schemas']['PlainListedOut'];
export type Report = components['schemas']['PlainReportOut'];
export type Waiting = components['schemas']['PlainWaitingOut'];
export const STATES = ['new', 'reopened', 'taken', 'waiting', 'answered', 'closed'] as const;
export const KINDS = ['light', 'rubbish', 'noise', 'drugs', 'other'] as const;
export const LINES = ['patrol', 'detective', 'traffic', 'community', 'municipality', 'electricity'] as const;
export const OPEN: readonly string[] = ['new', 'reopened', 'taken', 'waiting'];
