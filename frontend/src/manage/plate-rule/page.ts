import Scale from '@lucide/svelte/icons/scale';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'plate-rule',
  group: 'work',
  order: 61,
  rights: ['plates.hits'],
  icon: Scale,
  title: () => t('nav'),
  load: () => import('./Page.svelte'),
};
