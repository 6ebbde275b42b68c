/** Specs of rating: a real run of online DPO waits, a person answers by keys alone, and the run goes on to its end. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { expectAccessible, switchTheme } from './accessibility.ts';
import type { Spec } from './stage.ts';
import { MODEL, withModelAndPairs } from './workspace.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const progress = (page: Page) => page.locator('.pl-rate-progress strong').textContent();

/** Through the wizard, on the workspace's model and pairs. */
export async function startRun(
  page: Page,
  options: Readonly<Record<string, string>>,
  method = /Online DPO/,
): Promise<void> {
  await page.getByRole('link', { name: 'Experiments', exact: true }).click();
  await page.getByRole('button', { name: 'New run' }).click();
  await page.getByRole('radio', { name: method }).check();
  const next = () => page.getByRole('button', { name: /^Next/ }).click();
  await next();
  await page.getByRole('radio', { name: new RegExp(MODEL) }).check();
  await next();
  await page.getByRole('radio').first().check();
  await next();
  const { annotator, ...rest } = options;
  if (annotator !== undefined) {
    await page.locator('#param-annotator').fill(annotator);
    await page.getByRole('option', { name: annotator, exact: true }).click();
    await next();
  }
  await page.getByRole('radiogroup', { name: 'Which parameters' }).getByText('All').click();
  for (const [key, value] of Object.entries(rest)) await page.locator(`#param-${key}`).fill(value);
  await next();
  await page.getByRole('button', { name: 'Start run' }).click();
  await page.getByRole('tab', { name: /Charts/ }).waitFor();
}

/** Presses a key and waits until the page shows the next count. */
async function press(page: Page, key: string, then: string | RegExp): Promise<void> {
  await page.keyboard.press(key);
  await page.locator('.pl-rate-progress strong, .pl-empty h2').filter({ hasText: then }).first().waitFor();
}

export const rateSpecs: readonly Spec[] = [
  {
    name: 'a run waits for its person, who rates by keys alone, and goes on',
    prepare: withModelAndPairs,
    async run({ page }) {
      await heading(page, 'Home');
      await page.keyboard.press('g');
      await page.keyboard.press('r');
      await heading(page, 'Rate');
      await page.getByText('Nothing waits for you.').waitFor();
      await startRun(page, {
        annotator: 'human',
        max_steps: '2',
        per_device_train_batch_size: '3',
        gradient_accumulation_steps: '1',
        response_length: '12',
        max_length: '200',
        learning_rate: '1e-3',
      });
      await page.getByText('Waits for 3 ratings.').waitFor({ timeout: 60_000 });
      await page.locator('.pl-header .pl-state').filter({ hasText: 'Waits for you' }).waitFor();
      await page.getByRole('status').getByText('waits for 3 ratings').waitFor();
      // Home tells as well, beside what is new
      await page.getByRole('link', { name: 'Home', exact: true }).click();
      const waiting = page.getByRole('region', { name: 'Waiting for you' });
      await waiting.getByText('0 of 3').waitFor();
      await waiting.getByRole('button', { name: 'Start rating' }).click();
      await heading(page, 'Rate');
      await page.goBack();
      await page.getByRole('link', { name: 'waits for 3 ratings' }).click();
      await heading(page, 'Rate');
      await page.goBack();
      await page.getByRole('button', { name: 'Open run' }).click();
      await page.getByRole('link', { name: 'Rate them' }).click();
      await heading(page, 'Rate');
      await page.getByRole('region', { name: 'Answer A', exact: true }).waitFor();
      assert.equal(await progress(page), '1 of 3');
      for (const theme of ['Dark', 'Light'] as const) {
        await switchTheme(page, theme);
        await page.getByRole('link', { name: 'Rate', exact: true }).click();
        await page.getByRole('region', { name: 'Answer A', exact: true }).waitFor();
        await expectAccessible(page, 'Rate', theme);
      }
      const first = await page.getByRole('region', { name: 'Text of answer A' }).textContent();
      await page.keyboard.press('4');
      await page.keyboard.press('Shift+Digit2');
      await page.locator('[aria-label="Quality of answer A: 4 of 5"][aria-pressed="true"]').waitFor();
      await page.locator('[aria-label="Quality of answer B: 2 of 5"][aria-pressed="true"]').waitFor();
      await page.keyboard.press('c');
      await page.keyboard.type('abtx stays text');
      await page.keyboard.press('Enter');
      await press(page, 'a', '2 of 3');
      await press(page, 'u', '1 of 3');
      assert.equal(await page.getByRole('region', { name: 'Text of answer A' }).textContent(), first);
      await press(page, 'b', '2 of 3');
      const second = await page.getByRole('region', { name: 'Prompt' }).textContent();
      await page.keyboard.press('s');
      await page
        .locator('.pl-rate-question')
        .filter({ hasNotText: second ?? '' })
        .waitFor();
      await press(page, 't', '3 of 3');
      assert.equal(await page.getByRole('region', { name: 'Prompt' }).textContent(), second);
      await page.keyboard.press('x');
      // the second step asks by itself
      await page.locator('.pl-header').getByText('step 2').waitFor({ timeout: 60_000 });
      for (const then of ['2 of 3', '3 of 3', /goes on|Nothing waits/]) await press(page, 'a', then);
      await page.getByRole('link', { name: 'Experiments', exact: true }).click();
      await page.locator('.pl-state').filter({ hasText: 'Finished' }).waitFor({ timeout: 60_000 });
    },
  },
];
