/** Specs of the import wizard on real data: format found, columns corrected, rows refused, files that cannot be read. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { assertAccessible } from './axe.ts';
import {
  cellText,
  HH,
  handFile,
  importButton,
  importPath,
  openDatasets,
  plain,
  pressImport,
  RASBT,
  reader,
  somePairs,
  table,
  ULTRAFEEDBACK,
  writeRows,
} from './datasets-steps.ts';
import { besideProject, needsBeside, type Spec } from './stage.ts';

const summary = (page: Page) => page.getByRole('complementary', { name: 'What will be imported' });
const refused = (page: Page) => page.getByRole('table', { name: 'Refused rows' });

async function mapColumn(page: Page, field: string, column: string): Promise<void> {
  await page.getByRole('combobox', { name: `Column for ${field}` }).click();
  await page.getByRole('option', { name: column, exact: true }).click();
}

const MALFORMED = 'fixtures/malformed/datasets';
interface Malformed {
  readonly file: string;
  readonly verdict: 'error' | 'warn' | 'accept';
  readonly line: number | null;
  readonly generate?: unknown;
}

export const datasetsImportSpecs: readonly Spec[] = [
  {
    name: 'import: HH dialogues are found by content, refused rows have line, reason and what stands there',
    missing: needsBeside(HH),
    async run(stage) {
      const { page } = stage;
      await handFile(stage, besideProject(HH));
      await importButton(page).waitFor();
      assert.equal(await page.getByRole('combobox', { name: 'Format' }).inputValue(), 'Anthropic HH dialogues');
      await page.getByText('Found by content: 100% of the first rows are dialogues').waitFor();
      await page.getByRole('button', { name: 'TRL preference, implicit prompt' }).waitFor(); // second best
      const facts = plain(await summary(page).textContent());
      assert.match(facts, /2 339pairs2 352 rows read = 2 339 accepted \+ 13 refused/);
      assert.match(facts, /Longer is chosen59\.8%/);
      const rows = refused(page).locator('tbody tr');
      assert.equal(await rows.count(), 13);
      const first = plain(await rows.first().textContent());
      assert.match(
        first,
        /^121The last assistant turn of one side is empty… Do you have more ideas\?\\n\\nAssistant:$/,
      );
      await page.getByRole('button', { name: 'Line 2', exact: true }).click();
      const opened = plain(await page.getByRole('table', { name: 'Rows as they will be stored' }).textContent());
      assert.match(opened, /user.+assistant.+user/); // a conversation shows its turns
      await assertAccessible(page, 'format and columns');
      await pressImport(page);
      await page.getByRole('tab', { name: /Import report/ }).click();
      assert.equal(await refused(page).locator('tbody tr').count(), 13);
      await assertAccessible(page, 'import report');
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'import: UltraFeedback has its scores and ties, and each row knows its line',
    missing: needsBeside(ULTRAFEEDBACK),
    async run(stage) {
      const { page } = stage;
      await handFile(stage, besideProject(ULTRAFEEDBACK));
      await importButton(page).waitFor();
      assert.equal(await page.getByRole('combobox', { name: 'Format' }).inputValue(), 'UltraFeedback, binarised');
      const score = page.getByRole('combobox', { name: 'Column for score of chosen' });
      assert.equal(await score.inputValue(), 'metadata.score_chosen');
      assert.match(plain(await summary(page).textContent()), /994pairs1 000 rows read = 994 accepted \+ 6 refused/);
      await pressImport(page);
      await page.getByRole('button', { name: 'Filter' }).click();
      await page.getByRole('menuitem', { name: 'tie', exact: true }).click();
      await page.getByText('110 of 994 pairs').waitFor();
      await table(page).getByRole('row').nth(1).click();
      await reader(page).getByText('tie', { exact: true }).waitFor();
      await reader(page)
        .getByText(/ultrafeedback_binarized_train1000\.jsonl:\d+/)
        .waitFor();
      await page.getByRole('button', { name: 'Remove filter: tie' }).click();
      await page.getByText('994 pairs', { exact: true }).waitFor();
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'import: columns of no known format are matched by name, corrected, kept for the next file and forgotten again',
    async run(stage) {
      const { page } = stage;
      const rows = [
        { ask: 'Name a colour.', the_better: 'Blue.', the_worse: 'Colour.', who: 'kim' },
        { ask: 'Capital of Peru?', the_better: 'Lima.', the_worse: 'Peru.', who: 'lee' },
      ];
      const column = (field: string) => page.getByRole('combobox', { name: `Column for ${field}` });
      const remember = page.getByRole('checkbox', { name: 'Remember this mapping for files of the same shape' });
      await handFile(stage, writeRows(stage, 'unknown.jsonl', rows));
      await importButton(page).waitFor();
      await page.getByText('No known format has these columns.').waitFor();
      assert.equal(await column('chosen').inputValue(), 'the_better');
      await page.getByText('85% alike').first().waitFor();
      assert.equal(await remember.isChecked(), true);
      await assertAccessible(page, 'guessed columns');
      await mapColumn(page, 'prompt', 'who'); // not what the name says
      await page.getByText('Chosen by you.').waitFor();
      await pressImport(page);
      await handFile(stage, writeRows(stage, 'next.jsonl', [{ ...rows[1], ask: 'And of Chile?' }]));
      await importButton(page).waitFor();
      await page.getByText('As you chose for unknown.jsonl, which has the same columns.').waitFor();
      assert.equal(await column('prompt').inputValue(), 'who');
      await page.getByRole('button', { name: 'Read it as found' }).click();
      await page.getByText('No known format has these columns.').waitFor();
      assert.equal(await column('prompt').inputValue(), 'ask');
      await remember.uncheck();
      await pressImport(page);
      await handFile(stage, writeRows(stage, 'last.jsonl', rows));
      await importButton(page).waitFor();
      await page.getByText('As you chose for unknown.jsonl').waitFor(); // what was not to be remembered changed nothing
      await remember.uncheck();
      await pressImport(page);
      await handFile(stage, writeRows(stage, 'forgotten.jsonl', rows));
      await page.getByText('No known format has these columns.').waitFor();
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'import: a corrected mapping is what is stored',
    missing: needsBeside(RASBT),
    async run(stage) {
      const { page } = stage;
      await handFile(stage, besideProject(RASBT));
      await importButton(page).waitFor();
      assert.equal(await page.getByRole('combobox', { name: 'Format' }).inputValue(), 'Instructions with preference');
      const preview = page.getByRole('table', { name: 'Rows as they will be stored' });
      const cells = () => preview.locator('tbody tr').first().locator('td').allTextContents();
      const before = await cells();
      await mapColumn(page, 'chosen', 'rejected');
      await page
        .getByText('do not fit this format')
        .or(page.getByText(/None of .* can be used/))
        .first()
        .waitFor(); // both from one column: all identical
      await mapColumn(page, 'rejected', 'chosen');
      await importButton(page).waitFor();
      const after = await cells();
      assert.deepEqual([after[2], after[3]], [before[3], before[2]]);
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('rasbt-turned');
      await assertAccessible(page, 'name');
      await pressImport(page);
      await page.getByRole('heading', { level: 1, name: 'rasbt-turned' }).waitFor();
      assert.equal(await cellText(page, 1, 2), plain(before[3] ?? '').slice(0, 160));
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'import: a name in use becomes the next version, another kind is refused by the field',
    async run(stage) {
      const { page } = stage;
      await importPath(stage, writeRows(stage, 'pairs.jsonl', somePairs(12)));
      await handFile(stage, writeRows(stage, 'pairs.jsonl', somePairs(20)));
      await importButton(page).waitFor();
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByText('this becomes its version 2').waitFor();
      await pressImport(page);
      await page.getByRole('tab', { name: /Versions/ }).click();
      const versions = page.getByRole('table', { name: 'Versions' }).locator('tbody tr');
      await versions.nth(1).waitFor();
      assert.equal(await versions.count(), 2);
      await assertAccessible(page, 'versions');
      await page.getByRole('button', { name: 'v1', exact: true }).click();
      await page.getByRole('tab', { name: /^Pairs 12/ }).waitFor();
      const prompts = [{ prompt: 'Only a question' }, { prompt: 'Another one' }];
      await handFile(stage, writeRows(stage, 'pairs.jsonl', prompts));
      await importButton(page).click();
      await page.getByText('pairs holds pairs, this file prompts. Choose another name.').waitFor();
      await page.getByRole('textbox', { name: 'Name' }).fill('questions');
      await pressImport(page);
      await openDatasets(page);
      assert.equal(await page.getByRole('grid', { name: 'Datasets' }).locator('.pl-tr').count(), 2);
    },
  },
  {
    name: 'import: every malformed file gets a sentence with file and line, and nothing is stored',
    missing: needsBeside(MALFORMED),
    async run(stage) {
      const { page } = stage;
      const text = readFileSync(besideProject(`${MALFORMED}/index.json`), 'utf8');
      const { files } = JSON.parse(text) as { files: readonly Malformed[] };
      const bad = files.filter((each) => each.verdict === 'error' && !each.generate);
      assert.ok(bad.length >= 15);
      for (const { file, line } of bad) {
        await handFile(stage, besideProject(`${MALFORMED}/${file}`));
        const alert = page.getByRole('alert');
        await alert.waitFor();
        const said = plain(await alert.textContent());
        if (line !== null) assert.match(said, new RegExp(`(:|[Ll]ine )${line}\\b`), `${file}: ${said}`);
        assert.doesNotMatch(said, /\/shared\/|\/uploads\//, `${file}: a path in: ${said}`);
        if (await importButton(page).count()) {
          await importButton(page).click(); // does not import: goes to the problem
          await alert.waitFor();
        }
        await page.getByRole('button', { name: 'Cancel' }).click();
      }
      await page.getByText('No datasets yet.').waitFor();
    },
  },
  {
    name: 'import: rows that do not fit stop it, until a person leaves them out',
    async run(stage) {
      const { page } = stage;
      const rows = somePairs(8).map((row, i) => (i === 3 ? { ...row, chosen: null } : row));
      await handFile(stage, writeRows(stage, 'holes.jsonl', rows));
      await page.getByText('1 of 8 rows do not fit this format.').waitFor();
      await page.getByRole('button', { name: 'Leave these rows out' }).click();
      await page.getByText('1 of 8 rows are left out.').waitFor();
      await assertAccessible(page, 'rows left out');
      await page.getByRole('button', { name: 'Stop at such rows' }).click();
      await page.getByText('1 of 8 rows do not fit this format.').waitFor();
      await importButton(page).click(); // goes to the problem
      await page.getByRole('button', { name: 'Leave these rows out' }).click();
      await pressImport(page);
      await page.getByRole('tab', { name: /^Pairs 7/ }).waitFor();
      await page.getByRole('tab', { name: /report/i }).click();
      assert.match(plain(await refused(page).textContent()), /4"chosen" is null/);
      assert.deepEqual(stage.errors, []);
    },
  },
  {
    name: 'import: columns of other names are mapped by hand',
    async run(stage) {
      const { page } = stage;
      const rows = somePairs(8).map(({ prompt, chosen, rejected }) => ({ x17: prompt, x18: chosen, x19: rejected }));
      await handFile(stage, writeRows(stage, 'own-names.jsonl', rows));
      await page.getByRole('button', { name: 'Map the columns by hand' }).click();
      await mapColumn(page, 'prompt', 'x17');
      await mapColumn(page, 'chosen', 'x18');
      await mapColumn(page, 'rejected', 'x19');
      await page.getByRole('button', { name: 'Import 8 pairs' }).waitFor();
      await pressImport(page);
      assert.equal(await cellText(page, 1, 1), 'Question 0: what is the answer?');
    },
  },
  {
    name: 'import: a file dropped on any page opens the wizard',
    async run(stage) {
      const { page } = stage;
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      const rows = somePairs(5).map((row) => JSON.stringify(row));
      await page.evaluate((text) => {
        const data = new DataTransfer();
        data.items.add(new File([text], 'dropped.jsonl'));
        const fire = (type: string) =>
          document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
        fire('dragover');
        fire('drop');
      }, rows.join('\n'));
      await page.getByRole('button', { name: 'Import 5 pairs' }).waitFor();
      await page.getByText('dropped.jsonl').waitFor();
      assert.deepEqual(stage.errors, []);
    },
  },
];
