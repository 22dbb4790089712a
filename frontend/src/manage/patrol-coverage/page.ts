import Grid from '@lucide/svelte/icons/grid-3x3';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'patrol-coverage',
  group: 'work',
  order: 37,
  rights: ['patrol.read'],
  icon: Grid,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
