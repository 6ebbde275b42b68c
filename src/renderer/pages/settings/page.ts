/** Settings in the registry of pages. */
import { IconSettings } from '@tabler/icons-react';
import type { Page } from '../page.ts';
import { SettingsPage } from './settings.tsx';

export const settingsPage: Page = {
  id: 'settings',
  title: 'Settings',
  path: '/settings',
  under: ['/settings'],
  icon: IconSettings,
  key: 'S',
  routes: [['/settings', SettingsPage]],
};
