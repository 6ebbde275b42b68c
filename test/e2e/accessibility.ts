/** Specs of accessibility: axe-core finds nothing on any page, in both themes. */
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import type { Spec } from './stage.ts';
import { withModelAndPairs } from './workspace.ts';

const THEMES = ['Light', 'Dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Switches by the setting, as a user does; leaves the page on Settings. */
export async function switchTheme(page: Page, theme: Theme | 'Auto'): Promise<void> {
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('radiogroup', { name: 'Theme' }).getByText(theme, { exact: true }).click();
  if (theme !== 'Auto') await page.locator(`html[data-mantine-color-scheme="${theme.toLowerCase()}"]`).waitFor();
}

/** Throws with rule and element when axe finds something on what is shown now. Themes differ in colours only: the dark one is held against contrast alone. */
export async function expectAccessible(page: Page, where: string, theme: Theme): Promise<void> {
  // what fades in has less contrast than what stands
  await page.evaluate(
    `Promise.allSettled(document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity).map((a) => a.finished))`,
  );
  // legacy mode: Electron has no further tabs for axe to gather its results in
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (theme === 'Dark' ? axe.withRules('color-contrast') : axe).analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}\n${failureSummary ?? ''}`),
  );
  assert.deepEqual(found, [], `axe on ${where}, ${theme}`);
}

const openPage = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('navigation').first().getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
};

const next = (page: Page) => page.getByRole('button', { name: /^Next/ }).click();

/** The wizard's steps, each as it is when it is come to. */
async function walkWizard(page: Page, theme: Theme): Promise<void> {
  await openPage(page, 'Experiments');
  await page.getByRole('button', { name: 'New run' }).click();
  await page.getByRole('radio', { name: /Offline DPO/ }).check();
  await expectAccessible(page, 'New run, method', theme);
  await next(page);
  await page.getByRole('radio').first().check();
  await next(page);
  await page.getByRole('radio').first().check();
  await expectAccessible(page, 'New run, data', theme);
  await next(page);
  await page.getByRole('radiogroup', { name: 'Which parameters' }).getByText('All').click();
  await expectAccessible(page, 'New run, parameters', theme);
  await next(page);
  await page.getByRole('button', { name: 'Copy as TRL config' }).waitFor();
  await expectAccessible(page, 'New run, review', theme);
  for (let step = 0; step < 5; step++) await page.getByRole('button', { name: /^(Back|Cancel)$/ }).click();
}

export const accessibilitySpecs: readonly Spec[] = [
  {
    name: 'axe finds nothing on any page, in the light theme and in the dark one',
    hosts: ['browser'],
    prepare: withModelAndPairs,
    async run({ page }) {
      for (const theme of THEMES) {
        await switchTheme(page, theme);
        await expectAccessible(page, 'Settings', theme);
        for (const name of ['Home', 'Datasets', 'Experiments']) {
          await openPage(page, name);
          await page.waitForLoadState('networkidle');
          await expectAccessible(page, name, theme);
        }
        await page.keyboard.press('Control+k');
        await page.getByRole('dialog', { name: 'Command palette' }).waitFor();
        await expectAccessible(page, 'palette', theme);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await walkWizard(page, theme);
      }
    },
  },
  {
    name: 'the theme follows the system until one is chosen, and the choice is remembered',
    async run({ page }) {
      const scheme = () => page.evaluate('document.documentElement.dataset.mantineColorScheme');
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
      await switchTheme(page, 'Light');
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();
      assert.equal(await scheme(), 'light');
      await switchTheme(page, 'Auto');
      await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
    },
  },
];
