import ScanSearch from '@lucide/svelte/icons/scan-search';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'watch-list',
  group: 'work',
  order: 60,
  rights: ['plates.watch.read'],
  icon: ScanSearch,
  title: () => t('nav'),
  load: () => import('./Page.svelte'),
};
