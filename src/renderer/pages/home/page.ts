/** Home in the registry of pages. */
import { IconHome, IconPlayerPlay } from '@tabler/icons-react';
import type { Page } from '../page.ts';
import { HomePage } from './home.tsx';

export const homePage: Page = {
  id: 'home',
  title: 'Home',
  path: '/',
  under: [],
  icon: IconHome,
  key: 'H',
  routes: [['/', HomePage]],
  actions: [{ id: 'quickstart', title: 'Quickstart', hint: 'on Home', icon: IconPlayerPlay, path: '/' }],
};
