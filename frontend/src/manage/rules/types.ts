/** The shapes of alert rules, from the server's own schemas. */
import type { components } from '$schemas';
import type { Schema } from '../parts/SchemaForm.svelte';

type Schemas = components['schemas'];
type Full<T> = { [K in keyof T]-?: T[K] };

export type Body = Omit<Full<Schemas['RuleBody']>, 'where' | 'when' | 'follow' | 'params'> & {
  params: Record<string, unknown>;
  where: Full<Schemas['WhereIn']>;
  when: Full<Schemas['WhenIn']>;
  follow: Full<Schemas['FollowIn']>;
};
export type Rule = Omit<Schemas['RuleOut'], 'body'> & { body: Body };
export type Kind = Omit<Schemas['RuleKindOut'], 'schema' | 'start'> & { schema: Schema; start: Body };
export type Kinds = Omit<Schemas['KindsOut'], 'kinds'> & { kinds: Kind[] };
export type Version = Omit<Schemas['VersionOut'], 'body'> & { body: Body };
export type Alert = Schemas['AlertOut'];
export type Trial = Schemas['TrialOut'];
export type Sentence = Schemas['SentenceOut'];
export type Hours = Schemas['HoursIn'];

export const copyOf = (body: Body): Body => JSON.parse(JSON.stringify(body)) as Body;
