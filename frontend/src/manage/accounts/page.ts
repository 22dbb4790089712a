import KeyRound from '@lucide/svelte/icons/key-round';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'accounts',
  group: 'people',
  order: 20,
  rights: ['account.admin'],
  icon: KeyRound,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
