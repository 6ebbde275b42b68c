/** Specs of the lab: a real run from the page, its numbers, another world, playing the training, a stop, and all of it by keys. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { assertAccessible } from './axe.ts';
import type { Spec } from './stage.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const field = (page: Page, name: string) => page.getByRole('textbox', { name: `${name}, number` });
const numberOf = async (page: Page, term: string): Promise<number> => {
  const text = await page.locator('.pl-lab-values div').filter({ hasText: term }).first().locator('dd').textContent();
  return Number(text?.replace('−', '-').replace('+', '').replace('\u2009', ''));
};

const derivation = (page: Page) => page.locator('.pl-lab-derivation').textContent();

/** Looks until it holds. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await setTimeout(50)) if (await holds()) return;
  assert.fail(`never came: ${what}`);
}

/** Fills a field of the popover that trains the next run. */
async function train(page: Page, options: Readonly<Record<string, string>>): Promise<void> {
  await page.getByRole('button', { name: 'Training', exact: true }).press('Enter');
  for (const [name, value] of Object.entries(options)) await field(page, name).fill(value);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Training of the next run' }).waitFor({ state: 'detached' });
}

const rows = (page: Page): Locator =>
  page.getByRole('table', { name: 'Share of the probability by policy' }).locator('tbody tr');
const finished = (page: Page) =>
  page.getByText('The policies were trained in this world').waitFor({ timeout: 100_000 });

export const labSpecs: readonly Spec[] = [
  {
    name: 'the lab is run from its page by keys, shows the derivation in numbers that add up, and is there again after a reload',
    async run({ page }) {
      await heading(page, 'Home');
      await page.keyboard.press('g');
      await page.keyboard.press('l');
      await heading(page, 'Lab');
      await page.getByText('Here the best policy is known exactly.').waitFor();
      await assertAccessible(page, 'Lab, empty');
      await train(page, { 'Training steps': '12', Prompts: '2', 'Preference pairs of a prompt': '3' });
      await page.locator('body').press('n');
      await rows(page).first().waitFor({ timeout: 60_000 });
      assert.equal(await rows(page).count(), 8);
      await finished(page);
      await assertAccessible(page, 'Lab');

      // the pocket calculator
      const [beta, logZ] = [await numberOf(page, 'β'), await numberOf(page, 'ln Z')];
      assert.ok(Math.abs(beta * logZ - (await numberOf(page, 'J*'))) < 2e-4, 'J* is β·ln Z');
      const [up, down, margin] = [
        await numberOf(page, 'r_θ(y⁺)'),
        await numberOf(page, 'r_θ(y⁻)'),
        await numberOf(page, 'margin'),
      ];
      assert.ok(Math.abs(up - down - margin) < 2e-4, 'the margin is the difference of both rewards');
      assert.ok(Math.abs(Math.log1p(Math.exp(-margin)) - (await numberOf(page, 'loss'))) < 2e-4);
      for (const row of await page
        .getByRole('table', { name: /Gap to the optimum/ })
        .locator('tbody tr')
        .all()) {
        const [, , gap, betaKl] = await row.locator('td').allTextContents();
        assert.equal(gap, betaKl, 'the gap is β·KL');
      }

      // back to the start by a key: every policy is the reference, and DPO's loss ln 2
      const offline = rows(page).filter({ hasText: 'Offline DPO' });
      const end = await offline.textContent();
      await field(page, 'Training step').fill('0');
      await field(page, 'Training step').press('Tab');
      await until('the loss of the start', async () => (await numberOf(page, 'loss')) === Number(Math.LN2.toFixed(4)));
      const numbers = (text: string | null) => text?.match(/0\.\d+/g)?.join();
      assert.equal(numbers(await offline.textContent()), numbers(await rows(page).first().textContent()));
      await page.locator('.pl-lab .pl-content').focus();
      await page.keyboard.press('p');
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      await page.getByRole('button', { name: 'Play the training' }).waitFor({ timeout: 20_000 });
      assert.equal(await offline.textContent(), end);
      await page.keyboard.press('ArrowLeft');
      await until('one look back', async () => (await field(page, 'Training step').inputValue()) === '11');

      // another world: π* moves at once, the policies do not
      const star = rows(page).filter({ hasText: 'Optimum' });
      const before = await star.textContent();
      await field(page, 'β').fill('2');
      await page.getByText('the policies were trained at β 0.50').waitFor();
      await until('another optimum', async () => (await star.textContent()) !== before);
      await page.getByRole('button', { name: 'Reset' }).click();
      await finished(page);

      await page.getByRole('combobox', { name: 'Prompt x' }).selectOption('1');
      await page.getByRole('combobox', { name: /Pair/ }).selectOption('2');
      await until(
        'the third pair',
        async () => (await page.getByRole('combobox', { name: /Pair/ }).inputValue()) === '2',
      );
      await field(page, 'Training step').fill('12');
      const shown = await derivation(page);
      await page.reload();
      await page.getByRole('combobox', { name: 'Prompt x' }).selectOption('1');
      await page.getByRole('combobox', { name: /Pair/ }).selectOption('2');
      await until('the same again', async () => (await derivation(page)) === shown);
    },
  },
  {
    name: 'a run of the lab with a reward of one’s own is stopped, and keeps what it found',
    async run({ page }) {
      await heading(page, 'Home');
      await page.getByRole('link', { name: 'Lab', exact: true }).click();
      await train(page, { 'Training steps': '500', Prompts: '1' });
      await page.getByRole('button', { name: 'Run the lab' }).click();
      await rows(page).first().waitFor({ timeout: 60_000 });
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached', timeout: 30_000 });
      await finished(page);
      assert.match((await rows(page).filter({ hasText: 'PPO' }).textContent()) ?? '', /waits for its turn|–/);

      await page.getByRole('button', { name: 'What is liked' }).click();
      await field(page, 'A fourth symbol').fill('2');
      await page.keyboard.press('Escape');
      await page.getByText('Run again trains them here.').waitFor();
      await train(page, { 'Training steps': '6' });
      await page.getByRole('button', { name: 'Run again' }).click();
      await page.getByRole('combobox', { name: 'Run of the lab' }).filter({ hasText: 'lab-02' }).waitFor();
      await rows(page).filter({ hasText: 'Exact gradient' }).waitFor({ timeout: 60_000 });
      await finished(page);
    },
  },
];
