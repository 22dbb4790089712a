import MapPinned from '@lucide/svelte/icons/map-pinned';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'figures-risk',
  group: 'figures',
  order: 20,
  rights: ['figures.read'],
  icon: MapPinned,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
