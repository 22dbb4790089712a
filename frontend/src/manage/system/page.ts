import ServerCog from '@lucide/svelte/icons/server-cog';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'system',
  group: 'system',
  order: 90,
  rights: ['system.read'],
  icon: ServerCog,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
