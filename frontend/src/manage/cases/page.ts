import FileLock from '@lucide/svelte/icons/file-lock-2';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'cases',
  group: 'work',
  order: 60,
  rights: ['case.receive'],
  icon: FileLock,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
