import FolderInput from '@lucide/svelte/icons/folder-input';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = {
  key: 'data',
  group: 'setup',
  order: 40,
  rights: ['data.import', 'data.export'],
  icon: FolderInput,
  title: () => t('title'),
  load: () => import('./Page.svelte'),
};
