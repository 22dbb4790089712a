import Compass from '@lucide/svelte/icons/compass';
import type { PageInfo } from '../pages';
import { t } from './texts';

export const page: PageInfo = { key: 'guide', group: 'setup', order: 10, rights: ['zone.admin'], icon: Compass, title: () => t('title'), load: () => import('./Page.svelte') };
