/** Inspect in the registry of pages. */
import { IconMicroscope } from '@tabler/icons-react';
import type { Page } from '../page.ts';
import { InspectPage } from './inspect.tsx';

export const inspectPage: Page = {
  id: 'inspect',
  title: 'Inspect',
  path: '/inspect',
  under: ['/inspect'],
  icon: IconMicroscope,
  key: 'I',
  routes: [['/inspect', InspectPage]],
};
