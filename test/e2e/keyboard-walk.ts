/** The whole walk by keys alone: a file is imported, its table read, a run prepared and started on it, and its page worked. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { somePairs, writeRows } from './datasets-steps.ts';
import { ringOf } from './focus-ring.ts';
import { handOver, type Spec } from './stage.ts';
import { MODEL, withModelAndPairs } from './workspace.ts';

const MOST_TABS = 60;

const heading = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor({ timeout: 60_000 });

/** Presses Tab until the focus is where it should be; every stop on the way must be seen. */
async function tabUntil(page: Page, isThere: () => Promise<boolean>, what: string): Promise<void> {
  for (let press = 0; press < MOST_TABS; press++) {
    if (await isThere()) return;
    await page.keyboard.press('Tab');
    const { on, width } = await ringOf(page);
    assert.ok(width >= 1 || on.startsWith('<body'), `no visible focus on ${on}`);
  }
  assert.fail(`not reached by ${MOST_TABS} presses of Tab: ${what}`);
}

async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.first().waitFor({ state: 'attached' });
  const hasFocus = () => target.first().evaluate((node) => node === node.ownerDocument.activeElement);
  await tabUntil(page, hasFocus, String(target));
}

/** A group of radios is one stop; arrows choose in it. */
async function choose(page: Page, wanted: Locator): Promise<void> {
  await wanted.first().waitFor({ state: 'attached' });
  const inRadios = () => page.evaluate(() => document.activeElement?.matches('main input[type="radio"]') ?? false);
  await tabUntil(page, inRadios, String(wanted));
  for (let press = 0; press < 12 && !(await wanted.first().isChecked()); press++)
    await page.keyboard.press('ArrowDown');
  assert.ok(await wanted.first().isChecked(), `arrows choose ${wanted}`);
}

async function pressOn(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

export const keyboardWalkSpecs: readonly Spec[] = [
  {
    name: 'import, table, new run and run page by keyboard alone, with a focus that is seen at every stop',
    prepare: withModelAndPairs,
    async run(stage) {
      const { page, errors } = stage;
      const path = writeRows(stage, 'by-keys.jsonl', somePairs(60));
      await heading(page, 'Home');
      await page.keyboard.press('g');
      await page.keyboard.press('d');
      await heading(page, 'Datasets');
      await page.keyboard.press('n');
      await heading(page, 'Import');
      await handOver(stage, path, () => page.keyboard.press('Control+Enter'));
      await page.getByRole('button', { name: /^Import 60/ }).waitFor();
      await page.keyboard.press('Control+Enter');
      await page.getByRole('textbox', { name: 'Name' }).waitFor();
      // a radio group is one stop; arrows choose in it
      await tabTo(page, page.getByRole('radiogroup', { name: 'Share held out' }).getByRole('radio', { name: 'None' }));
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.getByText('6 of 60 prompts: by-keys-train and by-keys-test').waitFor();
      await page.keyboard.press('Control+Enter');
      await heading(page, 'by-keys');

      const table = page.getByRole('grid', { name: 'Rows of the dataset' });
      await tabTo(page, table);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('region', { name: 'Row 2' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('region', { name: 'Row 2' }).waitFor({ state: 'detached' });

      await page.keyboard.press('n');
      await heading(page, 'New run');
      await choose(page, page.getByRole('radio', { name: /Offline DPO/ }));
      await page.keyboard.press('Control+Enter');
      await choose(page, page.getByRole('radio', { name: new RegExp(MODEL) }));
      await page.keyboard.press('Control+Enter');
      const data = page.getByRole('radio', { name: /^by-keys(?!-)/ }).first();
      await data.waitFor({ state: 'attached' });
      assert.ok(await data.isChecked(), 'the dataset that the wizard was opened from is chosen');
      await page.keyboard.press('Control+Enter');
      await tabTo(page, page.locator('#param-max_steps'));
      await page.keyboard.press('Control+a');
      await page.keyboard.type('6');
      await page.keyboard.press('Control+Enter');
      await page.getByRole('button', { name: 'Copy as TRL config' }).waitFor();
      await page.keyboard.press('Control+Enter');

      await page.getByRole('tab', { name: /Charts/ }).waitFor();
      await page.locator('.pl-header .pl-state').filter({ hasText: 'Finished' }).waitFor({ timeout: 90_000 });
      await page.keyboard.press('3');
      await page.getByText('finished at step 6').first().waitFor();
      await page.keyboard.press('1');
      const chart = page.getByRole('img', { name: /^rewards\/margins/ });
      await tabTo(page, chart);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'rewards/margins' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await pressOn(page, page.getByRole('button', { name: 'Clone' }), 'Enter');
      await heading(page, 'New run');
      assert.deepEqual(errors, []);
    },
  },
];
