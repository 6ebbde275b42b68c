/** Specs of versions and quality: from a number to its rows, a clean version, changed verdicts as a version, tree and difference. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { assertAccessible } from './axe.ts';
import { importPath, plain, reader, somePairs, table, writeRows } from './datasets-steps.ts';
import type { Spec } from './stage.ts';

/** 40 pairs; three are ties, two say what an earlier one says, one has an address in it. */
const rows = () => [
  ...somePairs(38).map((row, i) => ({ ...row, tie: i < 3, annotator: i % 2 === 0 ? 'ada' : 'bob' })),
  ...somePairs(6)
    .slice(4)
    .map((row) => ({ ...row, annotator: 'ada' })),
  {
    prompt: 'Write to whom?',
    chosen: 'Write to ada@mail.example.org for all of it.',
    rejected: 'No.',
    annotator: 'bob',
  },
];

const tab = (page: Page, name: RegExp) => page.getByRole('tab', { name });
const versionShown = (page: Page) => page.getByRole('combobox', { name: 'Version' }).inputValue();
async function waitForVersion(page: Page, start: string): Promise<void> {
  await page.waitForFunction(
    (text) =>
      (document.querySelector('input[aria-label="Version"]') as HTMLInputElement | null)?.value.startsWith(text),
    start,
  );
}

export const datasetsVersionsSpecs: readonly Spec[] = [
  {
    name: 'export: a version is written in a format, and the runs that use a dataset are told',
    async run(stage) {
      const { page, home } = stage;
      await importPath(stage, writeRows(stage, 'pairs.jsonl', rows()));
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: /^Export pairs v1/ });
      await dialog.getByRole('radio', { name: /Parquet/ }).check();
      await page.waitForTimeout(300);
      await assertAccessible(page, 'export of a dataset');
      await dialog.getByRole('button', { name: 'Export', exact: true }).click();
      await dialog.getByText(/^41 rows in/).waitFor();
      const [said, done] = await Promise.all([
        dialog.getByRole('status').boundingBox(),
        dialog.getByRole('button', { name: 'Done' }).boundingBox(),
      ]);
      assert.ok(said && done && done.y - (said.y + said.height) >= 8, 'what was written stands apart from the buttons');
      const written = readdirSync(join(home, 'exports'), { recursive: true, encoding: 'utf8' });
      assert.ok(
        written.some((name) => name.endsWith('.parquet')),
        written.join(', '),
      );
      if (stage.host === 'browser') {
        const [saved] = await Promise.all([
          page.waitForEvent('download'),
          dialog.getByRole('button', { name: /^Download .*parquet$/ }).click(),
        ]);
        const file = written.find((name) => name.endsWith('.parquet')) ?? '';
        assert.deepEqual(readFileSync(await saved.path()), readFileSync(join(home, 'exports', file)));
        await assertAccessible(page, 'export that was written');
      }
      await dialog.getByRole('button', { name: 'Done' }).click();
      await dialog.waitFor({ state: 'detached' });
      await tab(page, /^Used by/).click();
      await page.getByText('No run has used this dataset yet.').waitFor();
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'quality: a number opens its rows; a clean version leaves them out',
    async run(stage) {
      const { page } = stage;
      await importPath(stage, writeRows(stage, 'pairs.jsonl', rows()));
      await tab(page, /^Quality/).click();
      await page.getByText('This version was not looked at yet.').waitFor();
      await assertAccessible(page, 'quality, not looked at');
      await page.getByRole('button', { name: 'Check quality' }).click();
      await page.getByText('Is this data easy to fool?').waitFor({ timeout: 30_000 });
      await page.waitForTimeout(300);
      await assertAccessible(page, 'quality report');
      await page.getByRole('button', { name: 'Show the 2 rows: Exact duplicates' }).click();
      await page.getByText('2 of 41 pairs').waitFor();
      await page.getByRole('button', { name: 'Remove filter: check: exact duplicates' }).waitFor();
      const found = await table(page).locator('[role="gridcell"]:first-child').allTextContents();
      assert.deepEqual(found.map(plain), ['39', '40']);
      // kept: it is there at once
      await page.reload();
      await tab(page, /^Quality/).click();
      await page.getByRole('button', { name: 'Make clean version' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('5 go, 36 pairs stay.').waitFor();
      await assertAccessible(page, 'clean version');
      await dialog.getByRole('checkbox', { name: /^Personal data/ }).check();
      await dialog.getByText('6 go, 35 pairs stay.').waitFor();
      await dialog.getByRole('button', { name: 'Make version' }).click();
      await waitForVersion(page, 'v2');
      assert.equal(plain(await versionShown(page)), 'v2, 35 pairs');
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'quality: labels that words doubt and rows in other scripts, each with its rows',
    async run(stage) {
      const { page } = stage;
      const turned = [7, 23];
      const told = Array.from({ length: 60 }, (_, i) => {
        const [good, bad] = [`Certainly, number ${i} it is.`, `Whatever, number ${i + 3} then.`];
        const [chosen, rejected] = turned.includes(i) ? [bad, good] : [good, bad];
        return {
          prompt: i === 40 ? 'Какой номер у этого вопроса?' : `Which number has question ${i}?`,
          chosen,
          rejected,
        };
      });
      await importPath(stage, writeRows(stage, 'told.jsonl', told));
      await tab(page, /^Quality/).click();
      await page.getByRole('button', { name: 'Check quality' }).click();
      const checks = page.getByRole('table', { name: 'Checks' });
      await checks.getByText('Language mix').waitFor({ timeout: 30_000 });
      await checks.getByText(/^By script, not by language/).waitFor();
      await checks.getByRole('button', { name: 'Show the 1 rows: Script changes' }).waitFor();
      await page.waitForTimeout(300);
      await assertAccessible(page, 'quality with suspects');
      await checks.getByRole('button', { name: 'Show the 2 rows: Label suspects' }).click();
      await page.getByText('2 of 60 pairs').waitFor();
      const found = await table(page).locator('[role="gridcell"]:first-child').allTextContents();
      assert.deepEqual(found.map(plain), ['8', '24']);
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'versions: single answers are filtered by their label',
    async run(stage) {
      const { page } = stage;
      const answers = somePairs(9).map(({ prompt, chosen }, i) => ({ prompt, completion: chosen, label: i % 3 === 0 }));
      await importPath(stage, writeRows(stage, 'answers.jsonl', answers));
      await tab(page, /^Versions/).click();
      await page.getByRole('button', { name: 'New version' }).click();
      const dialog = page.getByRole('dialog', { name: 'New version from v1' });
      await dialog.getByRole('combobox', { name: 'Label' }).click();
      await page.getByRole('option', { name: 'unwanted', exact: true }).click();
      await page.waitForTimeout(300);
      await assertAccessible(page, 'new version by label');
      await dialog.getByRole('button', { name: 'Make version' }).click();
      await waitForVersion(page, 'v2');
      assert.match(plain(await versionShown(page)), /^v2, 6 /);
      await page.getByText('filtered from answers@1: label false').waitFor();
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'versions: verdicts by A, B and T wait, become one version, and its difference is seen',
    async run(stage) {
      const { page } = stage;
      await importPath(stage, writeRows(stage, 'pairs.jsonl', rows()));
      await table(page).focus();
      await page.keyboard.press('j');
      await reader(page).getByRole('heading', { name: 'Row 1', exact: true }).waitFor();
      // a tie that becomes a decision, and a pair that is turned round at once after the move
      await page.keyboard.press('a');
      await page.getByText('1 changed verdict waits.').waitFor();
      for (let i = 0; i < 4; i++) await page.keyboard.press('j');
      await page.keyboard.press('b');
      await page.getByText('2 changed verdicts wait.').waitFor();
      await reader(page).getByText('will be: turned round').waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('t');
      await page.getByText('3 changed verdicts wait.').waitFor();
      await page.keyboard.press('a');
      await page.getByText('2 changed verdicts wait.').waitFor();
      await assertAccessible(page, 'verdicts that wait');
      await page.getByRole('button', { name: 'Discard' }).click();
      await page.getByText('2 changed verdicts discarded.').waitFor();
      await page.getByText('2 changed verdicts wait.').waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByText('2 changed verdicts wait.').waitFor();
      // what waits is on the disk
      await page.reload();
      await page.getByText('2 changed verdicts wait.').waitFor();
      await page.getByRole('button', { name: 'Save as version' }).click();
      await waitForVersion(page, 'v2');
      await tab(page, /^Versions/).click();
      const tree = page.getByRole('table', { name: 'Versions' });
      await tree.getByText('edited from pairs@1: 1 turned round, 1 decided for the first').waitFor();
      await page.getByRole('button', { name: 'Repeat the recipe of v2' }).click();
      await tree.getByText('same rows').waitFor();
      await page.getByRole('button', { name: /^Compare pairs v2/ }).click();
      await page.getByText('39 rows the same, 0 added, 0 removed, 2 changed').waitFor();
      await assertAccessible(page, 'versions with a difference');
      await page.getByRole('button', { name: 'New version' }).click();
      const dialog = page.getByRole('dialog', { name: 'New version from v2' });
      await dialog.getByRole('combobox', { name: 'Operation' }).click();
      await page.getByRole('option', { name: 'Sample' }).click();
      await dialog.getByRole('textbox', { name: /^Count/ }).fill('7');
      await assertAccessible(page, 'new version');
      await dialog.getByRole('button', { name: 'Make version' }).click();
      await waitForVersion(page, 'v3');
      assert.equal(plain(await versionShown(page)), 'v3, 7 pairs');
      await page.getByRole('button', { name: 'Delete v3' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete version' }).click();
      await waitForVersion(page, 'v2');
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'pairs: filters by value narrow the table, and what is left becomes a version',
    async run(stage) {
      const { page } = stage;
      await importPath(stage, writeRows(stage, 'pairs.jsonl', rows()));
      await page.getByRole('button', { name: 'Filter' }).click();
      await page.getByRole('menuitem', { name: /^Length, margin/ }).click();
      const dialog = page.getByRole('dialog', { name: 'Filter rows' });
      await dialog.getByRole('combobox', { name: 'Annotator' }).click();
      await page.getByRole('option', { name: 'ada (21)' }).click();
      await dialog.getByRole('textbox', { name: 'Characters of the longest answer, at most' }).fill('48');
      await assertAccessible(page, 'filters by value');
      await dialog.getByRole('button', { name: 'Apply filters' }).click();
      await page.getByRole('button', { name: 'Remove filter: by ada' }).waitFor();
      await page.getByRole('button', { name: 'Remove filter: length ≤ 48' }).click();
      await page.getByText('21 of 41 pairs').waitFor();
      await page.getByRole('button', { name: 'Make version' }).click();
      await waitForVersion(page, 'v2');
      assert.equal(plain(await versionShown(page)), 'v2, 21 pairs');
      assert.deepEqual(stage.errors, []);
    },
  },
];
