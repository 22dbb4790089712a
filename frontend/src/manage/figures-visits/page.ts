import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'figures-visits',
  group: 'figures',
  order: 60,
  rights: ['figures.read'],
  icon: ClipboardCheck,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
