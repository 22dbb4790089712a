import Archive from '@lucide/svelte/icons/archive';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'plate-holds',
  group: 'work',
  order: 62,
  rights: ['plates.case'],
  icon: Archive,
  title: () => t('nav'),
  load: () => import('./Page.svelte'),
};
