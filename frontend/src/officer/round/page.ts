/** The round: where to go, that one was there, what one found. */
import Route from '@lucide/svelte/icons/route';
import { language } from '$lib/i18n.svelte';
import type { OfficerPage } from '../pages';

export const page: OfficerPage = {
  key: 'round',
  order: 1,
  rights: ['patrol.self'],
  icon: Route,
  // Said here and not in the catalogue, so that the first page loads without the round's words.
  title: () => (language.locale === 'en' ? 'Round' : 'รอบตรวจ'),
  badge: (centre) => centre.beside,
  begin: (centre, account) => {
    let end: (() => void) | null = null;
    let over = false;
    void import('./book.svelte').then(
      ({ openBook }) => {
        if (!over) end = openBook(centre, account);
      },
      () => undefined,
    );
    return () => {
      over = true;
      end?.();
    };
  },
  load: () => import('./Page.svelte'),
};
