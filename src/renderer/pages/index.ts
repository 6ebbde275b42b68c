/** Registry of pages: the navigation, the routes, the palette and the G shortcuts all read this list. */
import { comparePage } from './compare/page.ts';
import { datasetsPage } from './datasets/page.ts';
import { experimentsPage } from './experiments/page.ts';
import { homePage } from './home/page.ts';
import { inspectPage } from './inspect/page.ts';
import { labPage } from './lab/page.ts';
import { modelsPage } from './models/page.ts';
import type { Page } from './page.ts';
import { ratePage } from './rate/page.ts';
import { settingsPage } from './settings/page.ts';

export type KeyedPage = Page;
export const PAGES: readonly Page[] = [
  homePage,
  datasetsPage,
  experimentsPage,
  comparePage,
  inspectPage,
  ratePage,
  labPage,
  modelsPage,
  settingsPage,
];
