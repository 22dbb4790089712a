import Megaphone from '@lucide/svelte/icons/megaphone';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'messages',
  group: 'work',
  order: 50,
  rights: ['procedure.admin'],
  icon: Megaphone,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
