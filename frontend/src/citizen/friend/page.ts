import HeartHandshake from '@lucide/svelte/icons/heart-handshake';
import type { CitizenPage } from '../pages';
import { t } from '../texts';

export const page: CitizenPage = { key: 'friend', order: 90, home: null, icon: HeartHandshake, title: () => t('friend.title'), load: () => import('./Page.svelte') };
