/** axe's verdict on what is shown, in both themes, without leaving the page. */
import type { Page } from 'playwright-core';
import { expectAccessible, type Theme } from './accessibility.ts';

const setScheme = (page: Page, theme: Theme): Promise<void> =>
  page.evaluate(
    (scheme) => document.documentElement.setAttribute('data-mantine-color-scheme', scheme),
    theme.toLowerCase(),
  );

/** `what` names the state that is looked at. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  await expectAccessible(page, what, 'Light');
  await setScheme(page, 'Dark');
  await expectAccessible(page, what, 'Dark');
  await setScheme(page, 'Light');
}
