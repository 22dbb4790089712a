/** Words with the centre: when the radio is busy, or must not be heard. */
import MessageSquare from '@lucide/svelte/icons/message-square';
import { language } from '$lib/i18n.svelte';
import type { OfficerPage } from '../pages';

export const page: OfficerPage = {
  key: 'talk',
  order: 4,
  rights: ['unit.self'],
  icon: MessageSquare,
  title: () => (language.locale === 'en' ? 'Messages' : 'ข้อความ'),
  badge: (centre) => centre.officer?.talk?.unread ?? 0,
  load: () => import('./Page.svelte'),
};
