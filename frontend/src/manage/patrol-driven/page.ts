import Footprints from '@lucide/svelte/icons/footprints';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'patrol-driven',
  group: 'work',
  order: 37,
  rights: ['replay.read'],
  icon: Footprints,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
