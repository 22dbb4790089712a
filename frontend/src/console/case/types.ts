/** The whole case under short names; the shapes come from the server's own schemas. */
import type { components } from '$schemas';

type Schemas = components['schemas'];
export type Checklist = Schemas['ChecklistOut'];
export type Step = Schemas['ShownStep'];
export type Party = Schemas['PartyOut'];
export type PartyShown = Schemas['PartyShown'];
export type Attachment = Schemas['AttachmentOut'];
export type CaseFile = Schemas['CaseFileOut'];
export type Overdue = Schemas['OverdueOut'];
export type Gap = Schemas['GapOut'];
export type Message = Schemas['TemplateOut'];
