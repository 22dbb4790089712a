/** One's own track of a shift beside the round, and the app that tells positions while the screen is off. */
import Footprints from '@lucide/svelte/icons/footprints';
import { language } from '$lib/i18n.svelte';
import type { OfficerPage } from '../pages';

export const page: OfficerPage = {
  key: 'track',
  order: 2,
  rights: ['patrol.self'],
  icon: Footprints,
  // Said here and not in the catalogue, so that the first page loads without the track's words.
  title: () => (language.locale === 'en' ? 'Track' : 'เส้นทาง'),
  load: () => import('./Page.svelte'),
};
