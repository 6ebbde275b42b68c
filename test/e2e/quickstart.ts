/** Specs of the quickstart: one click on Home starts it; its stages, curves and table fill; it survives a reload, stops and resumes; its result can be saved. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expectAccessible, switchTheme } from './accessibility.ts';
import { root, type Spec } from './stage.ts';

/** Every stage, each as small as it can be. */
const SMALL =
  '--demonstrations 64 --sft-steps 12 --pairs 40 --reward-steps 4 --dpo-steps 4 --ppo-steps 2 --prompts 12'.split(' ');

/** Runs the command line over the workspace to its end. */
function plumb(home: string, ...words: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [join(root, 'out/main/cli.cjs'), '--home', home, ...words, '--quiet'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((done, fail) => {
    child.once('exit', (code) => (code === 0 ? done() : fail(new Error(`plumb ${words[0]} ended with code ${code}`))));
  });
}

const panel = (page: Page) => page.getByRole('region', { name: 'Quickstart' });
const stage = (page: Page, title: string) =>
  panel(page).getByRole('table', { name: 'Stages' }).getByRole('row').filter({ hasText: title });

export const quickstartSpecs: readonly Spec[] = [
  {
    name: 'the quickstart starts by one click, shows its stages, survives a reload, stops and resumes',
    async run({ page, errors }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      await page.getByRole('button', { name: 'Start quickstart' }).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Start quickstart' }).count(), 1);
      await page.getByRole('button', { name: 'Start quickstart' }).click();
      // the first training stage: it has steps, time left and a curve
      await stage(page, 'SFT reference').getByText('Running').waitFor({ timeout: 60_000 });
      await stage(page, 'SFT reference')
        .getByText(/\d+ of 900/)
        .waitFor({ timeout: 60_000 });
      await panel(page)
        .getByText(/helpful, seed 1: \d+% done, about .* left/)
        .waitFor();
      await panel(page)
        .getByRole('img', { name: /SFT reference: loss/ })
        .waitFor();
      await stage(page, 'Offline DPO').getByText('after Preferences').waitFor();
      // what must be said stands beside the table before it is filled
      await page.getByText('A reward model cannot know more than the pairs it was trained on.').waitFor();
      // axe itself breaks the page's policy: what the page said is looked at before
      assert.deepEqual(errors, []);
      await expectAccessible(page, 'Home, quickstart running', 'Light');

      await page.reload();
      await stage(page, 'SFT reference').getByText('Running').waitFor({ timeout: 30_000 });
      assert.equal(await page.getByRole('button', { name: 'Start quickstart' }).count(), 0);

      await panel(page).getByRole('button', { name: 'Stop quickstart' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Stop quickstart' }).click();
      await stage(page, 'SFT reference').getByText('Stopped').waitFor({ timeout: 60_000 });
      await page.getByText('The quickstart was stopped.').waitFor();
      await page.getByRole('button', { name: 'Start quickstart' }).waitFor();

      await panel(page).getByRole('button', { name: 'Resume quickstart' }).click();
      await stage(page, 'SFT reference').getByText('Running').waitFor({ timeout: 60_000 });
      await panel(page).getByRole('button', { name: 'Stop quickstart' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Stop quickstart' }).click();
      await stage(page, 'SFT reference').getByText('Stopped').waitFor({ timeout: 60_000 });
    },
  },
  {
    name: 'a finished quickstart shows its table, its comparisons and the caution, and saves its report',
    prepare: (home) => plumb(home, 'quickstart', ...SMALL),
    async run({ page, errors, host, home }) {
      await panel(page)
        .getByText(/helpful, seed 1: finished in/)
        .waitFor({ timeout: 30_000 });
      const models = page.getByRole('table', { name: 'Models of the quickstart' });
      for (const title of [
        'Reference',
        'Offline DPO',
        'Online DPO, gold rater',
        'PPO, reward model',
        'RLOO, reward model',
      ])
        await models.getByText(title, { exact: true }).waitFor();
      assert.equal(await models.getByText('–', { exact: true }).count(), 0);
      const pairs = page.getByRole('table', { name: 'Comparisons of the quickstart' });
      assert.equal(await pairs.getByRole('img').count(), 7);
      await page.getByText(/PPO (wins against|draws with|loses to) offline DPO here/).waitFor();
      await page.getByRole('img', { name: /^Gold reward against KL/ }).waitFor();
      assert.deepEqual(errors, []);
      for (const theme of ['Light', 'Dark'] as const) {
        await switchTheme(page, theme);
        await page.getByRole('link', { name: 'Home', exact: true }).click();
        await panel(page).waitFor();
        await expectAccessible(page, 'Home, quickstart finished', theme);
      }
      if (host === 'browser') {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          panel(page).getByRole('button', { name: 'Save report' }).click(),
        ]);
        assert.match(download.suggestedFilename(), /^quickstart-helpful-[0-9a-f]{8}\.html$/);
        const file = join(home, 'saved.html');
        await download.saveAs(file);
        const html = readFileSync(file, 'utf8');
        assert.match(html, /<h1>Quickstart on helpful, seed 1<\/h1>/);
        await page.goto(`file://${file}`);
        await page.getByRole('heading', { level: 1, name: 'Quickstart on helpful, seed 1' }).waitFor();
      }
    },
  },
];
