/** Specs of the keyboard: everything of the frame without a mouse. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Spec } from './stage.ts';
import { withModelAndPairs } from './workspace.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

/** Class of the region that has the focus. */
const focusedRegion = (page: Page): Promise<string> =>
  page.evaluate("document.activeElement?.closest('.pl-nav, .pl-panel, .pl-main, .pl-status')?.classList[0] ?? 'none'");

const isFocused = (element: Locator): Promise<boolean> =>
  element.evaluate((node) => node === node.ownerDocument.activeElement);

export const keyboardSpecs: readonly Spec[] = [
  {
    name: 'the frame is worked by keys: skip link, pages by G, regions by F6, collapse, palette, list of keys',
    async run({ page }) {
      await heading(page, 'Home');
      await page.keyboard.press('Tab');
      const skip = page.getByRole('link', { name: 'Skip to the page' });
      assert.ok(await isFocused(skip), 'the skip link comes first');
      await page.keyboard.press('Enter');
      assert.equal(await focusedRegion(page), 'pl-main');

      await page.keyboard.press('g');
      await page.keyboard.press('e');
      await heading(page, 'Experiments');
      await page.keyboard.press('n');
      await heading(page, 'New run');
      await page.keyboard.press('g');
      await page.keyboard.press('s');
      await heading(page, 'Settings');

      const seen = new Set<string>();
      for (let press = 0; press < 4; press++) {
        await page.keyboard.press('F6');
        seen.add(await focusedRegion(page));
      }
      assert.ok(
        ['pl-nav', 'pl-main', 'pl-status'].every((region) => seen.has(region)),
        [...seen].join(),
      );

      await page.keyboard.press('[');
      await page.locator('.pl-frame[data-small]').waitFor();
      await page.keyboard.press('[');
      await page.locator('.pl-frame:not([data-small])').waitFor();

      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    },
  },
  {
    name: 'the palette finds pages and datasets by name, and gives the focus back',
    prepare: withModelAndPairs,
    async run({ page }) {
      await heading(page, 'Home');
      const settings = page.getByRole('link', { name: 'Settings', exact: true });
      await settings.focus();
      await page.keyboard.press('Control+k');
      const palette = page.getByRole('dialog', { name: 'Command palette' });
      await palette.getByRole('option', { name: /^pairs/ }).waitFor();
      await page.keyboard.press('Escape');
      await palette.waitFor({ state: 'detached' });
      assert.ok(await isFocused(settings), 'focus returns to its opener');

      await page.keyboard.press('Control+k');
      await palette.waitFor();
      await page.keyboard.type('experi');
      await palette.getByRole('option', { name: /Experiments/ }).waitFor();
      await page.keyboard.press('Enter');
      await heading(page, 'Experiments');
    },
  },
  {
    name: 'single keys can be turned off',
    async run({ page }) {
      await page.getByRole('link', { name: 'Settings', exact: true }).click();
      await heading(page, 'Settings');
      await page.getByRole('switch', { name: 'Single-key shortcuts' }).press('Space');
      await page.getByRole('switch', { name: 'Single-key shortcuts' }).blur();
      await page.keyboard.press('g');
      await page.keyboard.press('h');
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog', { name: 'Command palette' }).waitFor();
      await page.keyboard.press('Escape');
      assert.ok(await page.getByRole('heading', { level: 1, name: 'Settings', exact: true }).isVisible());
    },
  },
];
