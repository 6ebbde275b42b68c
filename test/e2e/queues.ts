/** Specs of queues: two models held against each other and a dataset's pairs rated anew, by keys alone, with a judge beside and two raters. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { assertAccessible } from './axe.ts';
import type { Spec } from './stage.ts';
import { MODEL, OTHER_MODEL, PAIRS, withTwoModels } from './workspace.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const progress = (page: Page, text: string) =>
  page.locator('.pl-rate-progress strong').filter({ hasText: text }).waitFor();

async function openNewQueue(page: Page): Promise<void> {
  await heading(page, 'Home');
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await heading(page, 'Rate');
  await page.getByText('Nothing waits for you.').waitFor();
  await page.keyboard.press('n');
  await heading(page, 'New queue');
}

/** Says who rates, by keys. */
async function sayName(page: Page, name: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Your name', exact: true });
  await field.focus();
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
}

async function rateBy(page: Page, keys: readonly string[], of: number): Promise<void> {
  for (const [i, key] of keys.entries()) {
    await progress(page, `${i + 1} of ${of}`);
    await page.keyboard.press(key);
  }
}

export const queueSpecs: readonly Spec[] = [
  {
    name: 'a queue of two models is made, rated by keys, blind, and its results are shown when asked for',
    prepare: withTwoModels,
    async run({ page }) {
      await openNewQueue(page);
      await page.getByRole('button', { name: 'Make queue' }).press('Enter');
      await page.getByText('A queue needs a name. Enter one.').waitFor();
      await page.getByRole('textbox', { name: 'Name' }).fill('ab');
      for (const model of [MODEL, OTHER_MODEL]) await page.getByRole('checkbox', { name: model }).press('Space');
      await page.getByRole('combobox', { name: 'Prompts' }).selectOption('task:helpful');
      await page.getByRole('textbox', { name: 'How many' }).fill('5');
      await page.getByRole('combobox', { name: 'Judge' }).selectOption('gold');
      await assertAccessible(page, 'New queue');
      await page.getByRole('button', { name: 'Make queue' }).press('Enter');
      await heading(page, 'Rate');
      await page.getByText('Who rates?').waitFor({ timeout: 60_000 });
      await sayName(page, 'ada');
      await progress(page, '1 of 5');
      await page.getByText('Gold reward judges beside you: 5 of 5').waitFor({ timeout: 60_000 });
      const shown = await page.getByRole('main').textContent();
      assert.doesNotMatch(shown ?? '', new RegExp(`${MODEL}|${OTHER_MODEL}`), 'no model is named');
      await assertAccessible(page, 'Rate, queue');

      await page.keyboard.press('4');
      await page.keyboard.press('q');
      await page.getByRole('button', { name: 'invented detail', pressed: true }).waitFor();
      await page.keyboard.press('a');
      await progress(page, '2 of 5');
      await page.getByText(/before: you A is better, Gold reward (A is better|B is better|tie)/).waitFor();
      await page.keyboard.press('u');
      await progress(page, '1 of 5');
      await rateBy(page, ['a', 'b', 't', 'x', 'a'], 5);
      await page.getByText('All 5 pairs are rated.').waitFor();

      await page.getByRole('switch', { name: 'show' }).press('Space');
      const table = page.getByRole('table', { name: 'Win, tie and loss by rater' });
      await table.getByRole('cell', { name: 'You' }).waitFor();
      const [you, interval, gold, , published] = await table.locator('tbody tr').allTextContents();
      assert.match(interval, /^win rate [\d.]+, 95% [\d.]+–[\d.]+, n 5$/);
      assert.match(you, /40\.0/, 'two of five are ties');
      assert.match(gold, /^Gold reward/);
      assert.match(published, /58\.6.*21\.2.*20\.2/);
      await page.getByText('You and Gold reward, Cohen κ').waitFor();
      await assertAccessible(page, 'Rate, results');

      // it is all there after the page is loaded anew
      await page.reload();
      await page.getByText('All 5 pairs are rated.').waitFor();
      await table.getByRole('cell', { name: 'You' }).waitFor();

      // a second rater sees the same pairs, and agreement is told
      const name = page.getByRole('textbox', { name: 'Your name as rater' });
      await name.fill('bob');
      await name.press('Enter');
      await rateBy(page, ['t', 't', 't', 't', 't'], 5);
      await page.getByText('All 5 pairs are rated.').waitFor();
      await page.getByText('ada and You, Cohen κ').waitFor();
      await page.getByText('All raters, Krippendorff α').waitFor();
    },
  },
  {
    name: 'a queue is dealt to three raters with an overlap; agreement says on how many pairs it rests',
    prepare: withTwoModels,
    async run({ page }) {
      await openNewQueue(page);
      await page.getByRole('textbox', { name: 'Name' }).fill('dealt');
      await page.getByRole('radiogroup', { name: 'What is rated' }).getByText('Dataset').click();
      await page.getByRole('combobox', { name: 'Dataset' }).selectOption(PAIRS);
      await page.getByRole('textbox', { name: 'How many' }).fill('6');
      await page.getByRole('textbox', { name: 'Raters' }).fill('ada');
      await page.getByRole('combobox', { name: 'Each pair is rated by' }).selectOption('several');
      await page.getByRole('button', { name: 'Make queue' }).press('Enter');
      await page.getByText('2 people are to rate each pair, and one is named.').waitFor();
      await page.getByRole('textbox', { name: 'Raters' }).fill('ada, bob, cleo');
      await page.getByRole('textbox', { name: 'Overlap' }).fill('50');
      await page.getByText('About 3 of 6 pairs are rated by 2; κ and α rest on them.').waitFor();
      await assertAccessible(page, 'New queue, dealt');
      await page.getByRole('button', { name: 'Make queue' }).press('Enter');
      await sayName(page, 'dan');
      await page.getByText('Its pairs are dealt to ada, bob, cleo.').waitFor();
      const name = page.getByRole('textbox', { name: 'Your name as rater' });
      for (const [rater, keys] of [
        ['ada', ['a', 'b', 't']],
        ['bob', ['t', 't', 't']],
      ] as const) {
        await name.fill(rater);
        await name.press('Enter');
        await rateBy(page, keys, 3);
        await page.getByText('All your 3 pairs are rated.').waitFor();
      }
      await page.getByText('The others are dealt to ada, cleo').waitFor();
      await page.getByRole('switch', { name: 'show' }).press('Space');
      const agreement = page.getByRole('region', { name: 'Agreement' });
      await agreement.getByText('ada and You, Cohen κ').waitFor();
      await agreement.getByText('1 of 3 pairs of the overlap has more than one rating.').waitFor();
      await page.getByText('3 of them rated by 2 of ada, bob, cleo, the others by one').waitFor();
      await assertAccessible(page, 'Rate, dealt');
    },
  },
  {
    name: 'pairs of a dataset are rated anew and become its next version; a queue is deleted',
    prepare: withTwoModels,
    async run({ page }) {
      await openNewQueue(page);
      await page.getByRole('textbox', { name: 'Name' }).fill('again');
      await page.getByRole('radiogroup', { name: 'What is rated' }).getByText('Dataset').click();
      await page.getByRole('combobox', { name: 'Dataset' }).selectOption(PAIRS);
      await page.getByRole('textbox', { name: 'How many' }).fill('3');
      await page.getByRole('button', { name: 'Make queue' }).press('Enter');
      await sayName(page, 'ada');
      await rateBy(page, ['t', 't', 't'], 3);
      await page.getByText('All 3 pairs are rated.').waitFor();
      await page.getByRole('button', { name: 'Make version' }).press('Enter');
      await page.getByText(`${PAIRS} has version 2: 3 of`).waitFor();
      await page.getByRole('button', { name: 'Delete' }).press('Enter');
      await page.getByRole('dialog').getByRole('button', { name: 'Delete queue' }).press('Enter');
      await page.getByText('Nothing waits for you.').waitFor();
    },
  },
];
