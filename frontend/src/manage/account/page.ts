import KeyRound from '@lucide/svelte/icons/key-round';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'account',
  group: 'system',
  order: 90,
  rights: [],
  icon: KeyRound,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
