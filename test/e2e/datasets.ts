/** Specs of Datasets: the list, the pair table with search, tags and reader, by keyboard, without HTML from data. */
import assert from 'node:assert/strict';
import { assertAccessible } from './axe.ts';
import {
  cellText,
  importPath,
  openDatasets,
  plain,
  RASBT,
  reader,
  somePairs,
  table,
  writeRows,
} from './datasets-steps.ts';
import { besideProject, needsBeside, type Spec } from './stage.ts';

const HOSTILE = '<img src="x" onerror="window.hacked = 1"><script>window.hacked = 1</script><b>bold</b>';

export const datasetsSpecs: readonly Spec[] = [
  {
    name: 'datasets: empty, then a list with a panel; deleting says what goes',
    async run(stage) {
      const { page } = stage;
      await openDatasets(page);
      await page.getByText('No datasets yet.').waitFor();
      await assertAccessible(page, 'no datasets');
      await importPath(stage, writeRows(stage, 'pairs.jsonl', [...somePairs(12), ...somePairs(1)]));
      await openDatasets(page);
      await page.getByText('1 dataset, 13 rows').waitFor();
      const row = page.getByRole('grid', { name: 'Datasets' }).locator('.pl-tr').first();
      await row.click();
      const panel = page.getByRole('complementary', { name: 'pairs' });
      assert.match(plain(await panel.textContent()), /1 exact duplicate kept/);
      await assertAccessible(page, 'datasets with panel');
      await panel.getByRole('button', { name: 'Delete pairs' }).click();
      const dialog = page.getByRole('dialog', { name: 'Delete pairs?' });
      await dialog.getByText('13 pairs in 1 version and the import report go').waitFor();
      await assertAccessible(page, 'delete dialog');
      await dialog.getByRole('button', { name: 'Keep' }).click();
      await row.waitFor();
      await panel.getByRole('button', { name: 'Delete pairs' }).click();
      await dialog.getByRole('button', { name: 'Delete dataset' }).click();
      await page.getByText('No datasets yet.').waitFor();
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'pairs: search marks its hits, tags filter, the reader underlines what differs',
    missing: needsBeside(RASBT),
    async run(stage) {
      const { page } = stage;
      await importPath(stage, besideProject(RASBT));
      await page.getByRole('textbox', { name: 'Search texts' }).fill('obviously');
      await page.getByRole('button', { name: 'Filter' }).click();
      await page.getByRole('menuitem', { name: 'in rejected' }).click();
      await page.getByText('218 of 1 094 pairs').or(page.getByText('218 of 1 094 pairs')).first().waitFor();
      assert.equal(await cellText(page, 1, 0), '14');
      assert.equal((await table(page).locator('mark').first().textContent())?.toLowerCase(), 'obviously');
      await table(page).getByText('Identify the climax').click();
      await reader(page).locator('mark.pl-diff-rejected').first().waitFor();
      const only = await reader(page).locator('.pl-prose mark.pl-diff-chosen').allTextContents();
      assert.ok(
        only.some((text) => text.includes('occurs')),
        only.join('|'),
      );
      const styles = await reader(page)
        .locator('.pl-prose mark')
        .evaluateAll((marks) => [...new Set(marks.map((mark) => getComputedStyle(mark).borderBottomStyle))].sort());
      assert.deepEqual(styles, ['dashed', 'solid']);
      await assertAccessible(page, 'pairs with reader');
      await page.getByRole('textbox', { name: 'Search texts' }).fill('no such words anywhere');
      await page.getByText('No row matches: 2 filters are active.').waitFor();
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.getByText(/^1.094 pairs$/).waitFor();
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'pairs: everything by keyboard',
    async run(stage) {
      const { page } = stage;
      await importPath(stage, writeRows(stage, 'pairs.jsonl', somePairs(300)));
      const selected = () => table(page).locator('[aria-selected="true"]').getAttribute('aria-rowindex');
      assert.equal(await cellText(page, 1, 0), '1');
      await table(page).focus();
      await page.keyboard.press('j');
      await reader(page).getByRole('heading', { name: 'Row 1', exact: true }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('j');
      await page.keyboard.press('k');
      assert.equal(await selected(), '3');
      await page.keyboard.press('Escape');
      await reader(page).waitFor({ state: 'detached' });
      assert.equal(await selected(), '3');
      await table(page).getByText('Question 3:').click();
      await page.keyboard.press('ArrowDown');
      assert.equal(await selected(), '6', 'after a press of the mouse the keys are still the table');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await reader(page).getByRole('heading', { name: 'Row 300', exact: true }).waitFor();
      const box = await table(page).locator('[aria-selected="true"]').boundingBox();
      const view = await table(page).boundingBox();
      assert.ok(box && view && box.y + box.height <= view.y + view.height + 1, 'the selected row is in view');
      await page.keyboard.press('d');
      assert.equal(await reader(page).locator('.pl-prose mark').count(), 0);
      await page.keyboard.press('d');
      await reader(page).locator('.pl-prose mark').first().waitFor();
      await page.keyboard.press(' ');
      await reader(page).waitFor({ state: 'detached' });
      await page.keyboard.press('f');
      await page.getByRole('menuitem', { name: 'chosen is longer' }).waitFor();
      await page.keyboard.press('Escape');
      assert.equal(await selected(), '301'); // Escape closed the menu alone
      await page.keyboard.press('/');
      await page.keyboard.type('Question 29');
      await page.getByText('11 of 300 pairs').waitFor();
      assert.equal(await table(page).getAttribute('aria-rowcount'), '12');
    },
  },
  {
    name: 'pairs: text of a file is text, never HTML',
    async run(stage) {
      const { page } = stage;
      const chat = (content: string) => [{ role: HOSTILE, content }];
      const rows = [
        { prompt: HOSTILE, chosen: `${HOSTILE} yes`, rejected: `${HOSTILE} no`, [HOSTILE]: HOSTILE },
        { prompt: chat('q'), chosen: chat(HOSTILE), rejected: chat('no') },
      ];
      await importPath(stage, writeRows(stage, 'hostile.jsonl', rows));
      await page.getByRole('textbox', { name: 'Search texts' }).fill('onerror');
      await page.getByText('2 of 2 pairs').waitFor();
      for (const row of [1, 2]) {
        await table(page)
          .locator(`[aria-rowindex="${row + 1}"]`)
          .click();
        await reader(page)
          .getByRole('heading', { name: `Row ${row}`, exact: true })
          .waitFor();
        await reader(page).getByText('<b>bold</b>').first().waitFor();
      }
      assert.equal(await page.locator('img, main script, main b').count(), 0);
      assert.equal(await page.evaluate('"hacked" in window'), false);
    },
  },
];
