import MessageSquareText from '@lucide/svelte/icons/message-square-text';
import type { CitizenPage } from '../pages';
import { t } from '../texts';
import { goOn } from './waiting';

export const page: CitizenPage = { key: 'report', order: 2, home: 'button', icon: MessageSquareText, title: () => t('home.report'), load: () => import('./Page.svelte') };

goOn();
