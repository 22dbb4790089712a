/** What the pages about people share: the facts their forms choose from, asked for once, and words for a role. */
import { get } from '$lib/api';
import { language } from '$lib/i18n.svelte';
import type { components } from '$schemas';

type Schemas = components['schemas'];
export type Person = Schemas['PersonOut'];
export type Post = Schemas['PostOut'];
export type SavedPost = Schemas['SavedPostOut'];
export type Facts = Schemas['PeopleFactsOut'];
export type Account = Schemas['AccountOut'];
export type RoleAt = Schemas['RoleOut'];
export type Rights = Schemas['RightsOut'];

class PeopleFacts {
  facts = $state.raw<Facts | null>(null);
  rights = $state.raw<Rights | null>(null);

  async load(): Promise<void> {
    [this.facts, this.rights] = await Promise.all([get<Facts>('/api/people-facts'), get<Rights>('/api/rights')]);
  }

  role(key: string): string {
    const role = this.rights?.roles[key];
    return role ? (language.locale === 'th' ? role.th : role.en) : key;
  }

  rank(key: string): string {
    const rank = this.facts?.ranks.find((one) => one.key === key);
    return rank ? (language.locale === 'th' ? rank.abbr_th : rank.abbr_en) : key;
  }

  sector(key: string): string {
    const words = this.facts?.sectors[key];
    return words ? (language.locale === 'th' ? words.th : words.en) : '';
  }

  kind(key: string): string {
    const words = this.facts?.kinds[key];
    return words ? (language.locale === 'th' ? words.th : words.en) : key;
  }
}

export const people = new PeopleFacts();
