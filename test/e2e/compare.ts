/** Specs of Compare: from marked rows to curves, table and verdicts, by keys alone; saved, reopened, exported; axe in both themes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { type Made, runId } from '../fixtures/compared-runs.ts';
import { expectAccessible, switchTheme } from './accessibility.ts';
import { openParameters, setOptions } from './runs.ts';
import type { Spec } from './stage.ts';
import { withAnsweringRuns, withModelAndPairs, withRuns } from './workspace.ts';

const made = (method: string, seed: number, gain: number, beta = 0.1): Made => ({
  method,
  beta,
  seed,
  gain,
  group: 'three methods',
  steps: 300,
  evaluations: 10,
});
const RUNS = [1, 2, 3].flatMap((seed) => [
  made('online_dpo', seed, 1.4),
  made('ppo', seed, 1.1),
  made('dpo', seed, 0.7),
]);

const address = (runs: readonly Made[]) => `#/compare?runs=${runs.map(runId).join(',')}`;
const goTo = (page: Page, hash: string) => page.evaluate(`location.assign(${JSON.stringify(hash)})`);
const chip = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Series' }).getByRole('listitem').filter({ hasText: name });
const table = (page: Page) => page.getByRole('table', { name: 'Final values' });

async function openCompare(page: Page, runs: readonly Made[] = RUNS): Promise<void> {
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  await goTo(page, address(runs));
  await page.getByRole('img', { name: /^objective\/gold, evaluation/ }).waitFor();
  await table(page).waitFor();
}

/** Presses Tab until the element that has the focus fits; fails when none does. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    const label = await page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
    );
    if (name.test(label)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`no Tab stop is called ${name}`);
}

export const compareSpecs: readonly Spec[] = [
  {
    name: 'runs are marked, tagged and compared by keys alone: seeds are one series, with its interval and differences',
    prepare: withRuns(RUNS),
    async run({ page, errors }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      await page.keyboard.press('g');
      await page.keyboard.press('e');
      const grid = page.getByRole('grid', { name: 'Runs' });
      await grid.getByText('ppo-0.1-2').waitFor();
      await tabTo(page, /^Runs$/);
      await page.keyboard.press('j');
      await page.keyboard.press('x');
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('Shift+X');
      const bar = page.getByRole('toolbar', { name: 'Selected runs' });
      await bar.getByText('3 selected').waitFor();
      await page.keyboard.press('Control+a');
      await bar.getByText('9 selected').waitFor();

      await bar.getByRole('button', { name: 'Tag' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').locator('input:focus').waitFor();
      await page.keyboard.type('june');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').getByText('june').first().waitFor();
      await tabTo(page, /^Save$/);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('textbox', { name: 'Search runs' }).fill('june ppo');
      await page.getByText('online_dpo-0.1-1').waitFor({ state: 'detached' });
      // rows are drawn anew when the saved tags arrive
      for (let look = 0; look < 100 && (await grid.getByText('ppo-0.1-').count()) !== 3; look++)
        await page.waitForTimeout(50);
      assert.equal(await grid.getByText('ppo-0.1-').count(), 3);
      await page.getByRole('textbox', { name: 'Search runs' }).fill('');
      await page.getByRole('heading', { level: 1 }).click();
      await page.keyboard.press('c');
      await page.getByRole('heading', { level: 1, name: 'Compare' }).waitFor();
      for (const name of ['Online DPO', 'PPO', 'Offline DPO'])
        await chip(page, name).getByText('3 seeds').first().waitFor();

      const gold = table(page).getByRole('row').filter({ hasText: 'Gold score' });
      // the table comes after the curves
      await gold.getByRole('cell').nth(2).waitFor();
      const cells = await gold.getByRole('cell').allTextContents();
      assert.equal(cells.length, 3);
      assert.ok(
        cells.some((text) => /^3\.\d+ 3\.\d+–3\.\d+−0\.\d+ −0\.\d+ to −0\.\d+$/.test(text)),
        `a value, its interval and its difference: ${cells.join(' | ')}`,
      );
      await page.getByRole('img', { name: /^Reward against KL/ }).waitFor();
      await page.getByText('Config, 0 of 5 keys differ').waitFor();
      assert.deepEqual(errors, []);
    },
  },
  {
    name: 'a comparison is turned, hidden in part, saved under a name, and reopened as it was',
    prepare: withRuns([...RUNS, made('dpo', 1, 0.9, 0.3)]),
    async run({ page, errors }) {
      await openCompare(page, [...RUNS, made('dpo', 1, 0.9, 0.3)]);
      await chip(page, 'Offline DPO, beta 0.3').waitFor();
      const differing = page.getByRole('table', { name: 'Options that differ' });
      assert.equal(await differing.getByRole('row').count(), 2, 'beta alone differs');
      await differing
        .getByRole('row')
        .filter({ hasText: 'beta' })
        .getByRole('cell', { name: '0.3', exact: true })
        .waitFor();
      await page.getByRole('radiogroup', { name: 'Horizontal axis' }).getByText('tokens').click();
      await page.getByRole('radiogroup', { name: 'Band' }).getByText('95% CI').click();
      await page.getByRole('button', { name: 'Hide PPO' }).click();
      await page.getByRole('button', { name: 'Metrics' }).click();
      await page.getByRole('textbox', { name: 'Find a metric' }).fill('grad');
      await page.getByRole('checkbox', { name: 'grad_norm' }).check();
      await page.keyboard.press('Escape');
      const norms = page.getByRole('img', { name: /^grad_norm/ });
      await norms.waitFor();
      assert.doesNotMatch((await norms.getAttribute('aria-label')) ?? '', /PPO/);

      await page.getByRole('button', { name: 'Saved comparisons' }).click();
      await page.getByRole('menuitem', { name: 'Save as' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('three methods');
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: 'three methods' }).waitFor();

      await page.reload();
      await page.getByRole('link', { name: 'Compare', exact: true }).click();
      await page
        .getByRole('list', { name: 'Saved comparisons' })
        .getByRole('button', { name: 'three methods' })
        .click();
      await page.getByRole('img', { name: /^grad_norm/ }).waitFor();
      await page.getByRole('button', { name: 'Show PPO' }).waitFor();
      assert.equal(await page.getByRole('radio', { name: 'tokens' }).isChecked(), true);
      assert.equal(await page.getByRole('radio', { name: '95% CI' }).isChecked(), true);
      await page.getByRole('button', { name: 'Take Online DPO out' }).click();
      await chip(page, 'Online DPO').waitFor({ state: 'detached' });
      // a run comes back by the palette
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Find' }).fill('compare online_dpo-0.1-2');
      await page.getByRole('dialog').getByText('online_dpo-0.1-2').first().waitFor();
      await page.keyboard.press('Enter');
      await chip(page, 'Online DPO').getByText('seed 2').waitFor();
      await goTo(page, '#/compare?runs=gone');
      await page.getByRole('alert').filter({ hasText: 'None of these runs' }).waitFor();
      assert.deepEqual(errors, []);
    },
  },
  {
    name: 'a comparison leaves as a report without script, a table and pictures',
    hosts: ['browser'],
    prepare: withRuns(RUNS),
    async run({ page }) {
      await openCompare(page);
      const download = async (press: () => Promise<unknown>): Promise<string> => {
        const [file] = await Promise.all([page.waitForEvent('download'), press()]);
        return readFileSync(await file.path(), 'latin1');
      };
      await page.getByRole('button', { name: 'Export' }).click();
      const report = await download(() => page.getByRole('menuitem', { name: /^Report/ }).click());
      assert.match(report, /Content-Security-Policy/);
      assert.doesNotMatch(report, /<script|<link|<img/);
      assert.equal(report.match(/<svg/g)?.length, 5);
      await page.getByRole('button', { name: 'Export' }).click();
      const csv = await download(() => page.getByRole('menuitem', { name: /^Final values/ }).click());
      assert.match(csv, /^metric,unit,Online DPO value,Online DPO low/);
      const save = async (kind: string) => {
        await page.getByRole('button', { name: /^Options of objective\/gold/ }).click();
        return download(() => page.getByRole('menuitem', { name: `Save as ${kind}` }).click());
      };
      assert.match(await save('PNG'), /^\x89PNG/);
      assert.match(await save('SVG'), /^<svg/);
      assert.match(await save('CSV'), /^step,Online DPO,PPO,Offline DPO\n/);
    },
  },
  {
    name: 'a sweep says how many runs it is, trains them in one group, and its seeds are one line in Compare',
    prepare: withModelAndPairs,
    async run({ page, errors }) {
      await openParameters(page);
      await setOptions(page, { max_length: 64, per_device_train_batch_size: 4, max_steps: 6 });
      await page.getByRole('button', { name: /^Next/ }).click();
      const sweep = page.getByRole('region', { name: 'Sweep' });
      await sweep.getByRole('button', { name: 'Vary an option' }).click();
      // its list hides where the field is out of sight
      await sweep.getByRole('combobox', { name: 'Option to vary' }).click();
      await sweep.getByRole('combobox', { name: 'Option to vary' }).fill('beta');
      await page.getByRole('option', { name: 'beta', exact: true }).click();
      await sweep.getByRole('textbox', { name: 'Values of beta' }).fill('0.1, -1');
      await sweep.getByText('-1: Enter a number above 0.').waitFor();
      await sweep.getByRole('textbox', { name: 'Values of beta' }).fill('0.1, 0.5');
      await sweep.getByRole('textbox', { name: 'Seeds' }).fill('2');
      await sweep.getByText('2 of beta × 2 seeds = 4 runs').waitFor();
      await page.getByRole('textbox', { name: 'Name' }).fill('betas');
      await page.getByRole('button', { name: 'Start 4 runs' }).click();
      const grid = page.getByRole('grid', { name: 'Runs' });
      await grid.getByText('betas-04').waitFor();
      await page.getByText('0 running, 0 queued, 4 ended').waitFor({ timeout: 100_000 });
      await page.getByRole('heading', { level: 1 }).click();
      await page.keyboard.press('Control+a');
      await page.keyboard.press('c');
      for (const beta of ['0.1', '0.5']) await chip(page, `Offline DPO, beta ${beta}`).getByText('2 seeds').waitFor();
      await page.getByRole('img', { name: /^rewards\/margins/ }).waitFor();
      assert.deepEqual(errors, []);
    },
  },
  {
    name: 'people may judge: two sides become a rating queue with their models chosen',
    prepare: withAnsweringRuns(RUNS.filter(({ seed, method }) => seed < 3 && method !== 'ppo')),
    async run({ page, errors }) {
      await openCompare(
        page,
        RUNS.filter(({ seed, method }) => seed < 3 && method !== 'ppo'),
      );
      await page.getByRole('combobox', { name: 'Judge' }).click();
      await page.getByRole('option', { name: 'People' }).click();
      await page.getByText('Nobody has rated these models against each other yet.').waitFor();
      await page.getByRole('button', { name: 'Make a rating queue of the two' }).click();
      await page.getByRole('heading', { level: 1, name: 'New queue' }).waitFor();
      assert.equal(await page.getByRole('textbox', { name: 'Name' }).inputValue(), 'Online DPO against Offline DPO');
      const models = page.getByRole('group', { name: 'Models' });
      await models.getByRole('checkbox', { checked: true }).nth(1).waitFor(); // the models are read after the form is there
      assert.equal(await models.getByRole('checkbox', { checked: true }).count(), 2);
      assert.ok(await models.getByRole('checkbox', { name: 'online_dpo-0.1-1' }).isChecked());
      assert.deepEqual(errors, []);
    },
  },
  {
    name: 'a judge compares the answers of all sides in a job, and axe finds nothing on the page in both themes',
    prepare: withAnsweringRuns(RUNS.filter(({ seed, method }) => seed < 3 && method !== 'ppo')),
    async run({ page, host, errors }) {
      const runs = RUNS.filter(({ seed, method }) => seed < 3 && method !== 'ppo');
      await openCompare(page, runs);
      await page.getByRole('textbox', { name: 'Prompts' }).fill('20');
      await page.getByRole('button', { name: 'Judge', exact: true }).click();
      const pairs = page.getByRole('list', { name: 'Win, tie and loss' });
      await pairs.getByRole('listitem').first().waitFor({ timeout: 90_000 });
      assert.equal(await pairs.getByRole('listitem').count(), 3, 'two series and the reference');
      await pairs
        .getByText(/at equal length/)
        .first()
        .waitFor();
      await table(page).getByRole('row').filter({ hasText: 'Win rate against helpful-reference' }).first().waitFor();
      // before axe, whose own styles the page's policy refuses
      assert.deepEqual(errors, []);
      for (const theme of host === 'desktop' ? (['Dark'] as const) : (['Light', 'Dark'] as const)) {
        await switchTheme(page, theme);
        await goTo(page, address(runs));
        await pairs.waitFor();
        await expectAccessible(page, 'Compare', theme);
        await goTo(page, '#/compare');
        await page.getByText('No runs to compare yet.').waitFor();
        await expectAccessible(page, 'Compare, empty', theme);
        await page.getByRole('button', { name: 'Add runs' }).click();
        await page.getByRole('dialog').getByRole('checkbox').first().waitFor();
        await expectAccessible(page, 'Compare, adding runs', theme);
        await page.keyboard.press('Escape');
      }
    },
  },
];
