import FileChartColumn from '@lucide/svelte/icons/file-chart-column';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'figures-month',
  group: 'figures',
  order: 10,
  rights: ['figures.read'],
  icon: FileChartColumn,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
