import type { components } from '$schemas';

export type HelpCall = components['schemas']['HelpCallOut'];
export type HelpFigures = components['schemas']['HelpFigures'];
