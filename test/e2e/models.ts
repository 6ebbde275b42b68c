/** Specs of Models: a model comes in, is looked at, linted, exported and deleted; by name from a hub on loopback; dropped on the window; by keyboard alone. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { FIRST, startHub, type TestHub } from '../data/hub/hub-server.ts';
import { assertAccessible } from './axe.ts';
import { root, type Spec, type Stage } from './stage.ts';
import { MODEL, OTHER_MODEL, withModelAndPairs, withTwoModels } from './workspace.ts';

const GOLDEN = join(root, 'test/golden/models/llama');
const FILES = readdirSync(GOLDEN).filter((name) => name !== 'expected.json');

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const table = (page: Page) => page.getByRole('grid', { name: 'Models' });
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click();

async function openModels(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Models', exact: true }).click();
  await heading(page, 'Models');
  await table(page).waitFor();
}

/** Gives the files of a folder to the window as a drop does. */
async function drop(page: Page, files: readonly { readonly name: string; readonly content: Uint8Array }[]) {
  const given = files.map(({ name, content }) => ({ name, text: Buffer.from(content).toString('base64') }));
  await page.evaluate((dropped) => {
    const data = new DataTransfer();
    for (const { name, text } of dropped) {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], name));
    }
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, given);
}

const filesIn = (home: string, folder: string): string[] =>
  existsSync(join(home, folder)) ? readdirSync(join(home, folder)).sort() : [];

let hub: TestHub | undefined;
const VARIABLES = ['HF_ENDPOINT', 'HF_HOME', 'HF_HUB_CACHE', 'HF_TOKEN', 'HF_TOKEN_PATH', 'HUGGING_FACE_HUB_TOKEN'];
const environment = VARIABLES.map((name) => [name, process.env[name]] as const);

/** A hub of one open model and one gated one; the program that is started next finds it in its environment. */
async function withHub(home: string): Promise<void> {
  const model = Object.fromEntries(FILES.map((name) => [name, new Uint8Array(readFileSync(join(GOLDEN, name)))]));
  hub = await startHub({ 'some/llama': { [FIRST]: model }, 'gated/model': { [FIRST]: model } });
  for (const name of VARIABLES) delete process.env[name];
  process.env.HF_ENDPOINT = hub.endpoint;
  process.env.HF_TOKEN_PATH = join(home, 'no-token');
}

async function closeHub(): Promise<void> {
  for (const [name, value] of environment) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await hub?.close();
}

export const modelsSpecs: readonly Spec[] = [
  {
    name: 'models: list, panel, page, template, lint, export and delete',
    prepare: withModelAndPairs,
    async run({ page, home, errors }: Stage) {
      await openModels(page);
      await page.getByRole('textbox', { name: 'Search models' }).fill(MODEL);
      await table(page)
        .getByRole('gridcell', { name: MODEL })
        .click({ position: { x: 4, y: 16 } });
      const panel = page.getByRole('complementary', { name: MODEL });
      await panel.getByRole('heading', { name: 'Lineage' }).waitFor();
      await panel.getByText('The answer ends with an end token').waitFor();
      await panel.getByRole('button', { name: 'Open' }).click();
      await heading(page, MODEL);
      assert.match(page.url(), new RegExp(`#/models/${MODEL}$`));

      await tab(page, 'Template');
      const answer = page.getByRole('textbox', { name: 'Text of message 2' });
      await answer.fill(' the cat');
      await page.getByText(/^\d+ tokens, 3 trained on$/).waitFor();
      await tab(page, 'Lint');
      await page.getByRole('button', { name: /^Lint \d+ pairs$/ }).click();
      await page.getByText(/of \d+ pairs without a finding/).waitFor();

      await tab(page, 'Export');
      await page.getByRole('radio', { name: /Hugging Face folder/ }).check();
      await page.getByRole('button', { name: 'Export model' }).click();
      await page.getByText(`${MODEL} as Hugging Face folder is written.`).waitFor();
      await page.getByText(`${MODEL}-hf`).waitFor();
      assert.ok(filesIn(home, `exports/${MODEL}-hf`).includes('model.safetensors'));

      await page.getByRole('button', { name: `Delete ${MODEL}` }).click();
      const dialog = page.getByRole('dialog', { name: `Delete ${MODEL}?` });
      await dialog.getByText(/^Frees /).waitFor();
      await dialog.getByRole('button', { name: 'Delete model' }).click();
      await heading(page, 'Models');
      await table(page).getByText('helpful-reference').waitFor();
      assert.equal(await table(page).getByText(MODEL).count(), 0);
      await page.getByRole('button', { name: 'Undo' }).click();
      await table(page).getByText(MODEL).waitFor();
      assert.deepEqual(filesIn(home, 'models'), [MODEL]);
      assert.deepEqual(errors, []);
    },
  },
  {
    name: 'models: one gets another name on its page, a name that is taken is refused, and the list knows it',
    prepare: withTwoModels,
    async run({ page, home, errors }) {
      await page.evaluate((name) => {
        location.hash = `#/models/${name}`;
      }, MODEL);
      await heading(page, MODEL);
      await page.getByRole('button', { name: `Rename ${MODEL}` }).click();
      const dialog = page.getByRole('dialog', { name: `Rename ${MODEL}` });
      const name = dialog.getByRole('textbox', { name: 'Name' });
      await name.fill(OTHER_MODEL);
      await name.press('Enter');
      await dialog.getByText(`There is a model named "${OTHER_MODEL}" already.`).waitFor();
      await name.fill('beta-0.1');
      await name.press('Enter');
      await heading(page, 'beta-0.1');
      assert.match(await page.evaluate('location.hash'), /beta-0\.1$/);
      await page.getByRole('link', { name: 'Models', exact: true }).first().click();
      await table(page).getByText('beta-0.1').waitFor();
      assert.equal(await table(page).getByText(MODEL, { exact: true }).count(), 0);
      // the folder stays: runs that are resumed find their files where they were
      assert.ok(filesIn(home, 'models').includes(MODEL));
      assert.deepEqual(errors, []);
    },
  },
  {
    name: 'models: what comes with the program stays, and says so',
    async run({ page }) {
      await page.evaluate(() => {
        location.hash = '#/models/helpful-reference';
      });
      await heading(page, 'helpful-reference');
      await page.getByRole('button', { name: 'Delete helpful-reference' }).click();
      await page
        .getByRole('dialog', { name: 'helpful-reference stays' })
        .getByText(/comes with the program/)
        .waitFor();
      await page.keyboard.press('Escape');
      await page.evaluate(() => {
        location.hash = '#/models/nobody';
      });
      await page.getByText('There is no model named nobody.').waitFor();
    },
  },
  {
    name: 'models: by name from a hub, a gated one says what to do, and a token from Settings opens it',
    prepare: withHub,
    async run({ page, home, errors }) {
      try {
        await openModels(page);
        await page.getByRole('button', { name: 'From the hub' }).click();
        const form = page.getByRole('form', { name: 'From the hub' });
        const name = form.getByRole('textbox', { name: 'Model', exact: true });
        const go = form.getByRole('button', { name: 'Import from the hub' });
        await go.click();
        await page.getByText(/Owner and name are needed/).waitFor();
        await name.fill('some/llama');
        await go.click();
        await page.getByText('llama is in the workspace.').waitFor({ timeout: 60_000 });
        await name.fill('gated/model');
        await go.click();
        await page.getByText('gated/model was not imported.').waitFor({ timeout: 60_000 });
        await page.getByText(/access is gated\. Ask for it on its page/).waitFor();

        await page.getByRole('link', { name: 'Enter a token in Settings' }).click();
        await heading(page, 'Settings');
        const token = page.getByRole('form', { name: 'Token of the hub' });
        await token.getByRole('textbox', { name: 'Token' }).fill('hf_right');
        await token.getByRole('button', { name: 'Save token' }).click();
        await page.getByText(/A token is kept\./).waitFor();
        assert.ok(!(await page.content()).includes('hf_right'), 'a token that was saved is not on the page');
        await openModels(page);
        await page.getByRole('button', { name: 'Try again' }).click();
        await page.getByText('model is in the workspace.', { exact: true }).waitFor({ timeout: 60_000 });
        await table(page).getByText('model', { exact: true }).waitFor();
        assert.deepEqual(filesIn(home, 'models'), ['llama', 'model']);
        assert.deepEqual(errors, []);
      } finally {
        await closeHub();
      }
    },
  },
  {
    name: 'models: the files of a folder dropped on any page become a model, data opens the import wizard',
    async run({ page, home, errors }) {
      await heading(page, 'Home');
      await drop(
        page,
        FILES.map((name) => ({ name, content: readFileSync(join(GOLDEN, name)) })),
      );
      await heading(page, 'Add model');
      await page.getByText('model is in the workspace.', { exact: true }).waitFor({ timeout: 60_000 });
      assert.deepEqual(filesIn(home, 'models'), ['model']);
      await drop(page, [{ name: 'weights.safetensors', content: Buffer.from('x') }]);
      await page.getByText(/config\.json is missing\. A Hugging Face folder was expected/).waitFor();
      const row = JSON.stringify({ prompt: 'a', chosen: 'b', rejected: 'c' });
      await drop(page, [{ name: 'pairs.jsonl', content: Buffer.from(`${row}\n`) }]);
      await heading(page, 'Import');
      assert.deepEqual(errors, []);
    },
  },
  {
    name: 'models by keyboard alone: table, panel, page, tabs, export',
    prepare: withModelAndPairs,
    async run({ page, home }) {
      await heading(page, 'Home');
      await page.keyboard.press('g');
      await page.keyboard.press('m');
      await heading(page, 'Models');
      await table(page).waitFor();
      await table(page).focus();
      await page.keyboard.press('ArrowDown');
      await page.getByRole('complementary', { name: MODEL }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('complementary', { name: MODEL }).waitFor({ state: 'detached' });
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await heading(page, MODEL);
      // the primary action is what the key presses
      await page.getByRole('button', { name: 'Export', exact: true }).waitFor();
      await page.keyboard.press('n');
      const formats = page.getByRole('radio', { name: /Hugging Face folder/ });
      await formats.focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      assert.ok(await page.getByRole('radio', { name: /GGUF file/ }).isChecked(), 'arrows choose a format');
      await page.keyboard.press('ArrowUp');
      // a letter belongs to the field; the primary action has a key that works in fields, too
      await page.keyboard.press('Control+Enter');
      await page.getByText(`${MODEL} as ONNX folder is written.`).waitFor({ timeout: 60_000 });
      assert.ok(filesIn(home, `exports/${MODEL}-onnx-f32`).includes('onnx'));
    },
  },
  {
    name: 'axe finds nothing on Models, a model, the way in and Settings, in both themes',
    hosts: ['browser'],
    prepare: withModelAndPairs,
    async run({ page }) {
      await openModels(page);
      await table(page)
        .getByRole('gridcell', { name: MODEL })
        .click({ position: { x: 4, y: 16 } });
      await page.getByText('The answer ends with an end token').waitFor();
      await assertAccessible(page, 'Models with a panel');
      await page.getByRole('button', { name: 'Open' }).click();
      await heading(page, MODEL);
      await assertAccessible(page, 'a model');
      await tab(page, 'Template');
      await page.getByText(/tokens, \d+ trained on/).waitFor();
      await assertAccessible(page, 'a template');
      await tab(page, 'Lint');
      await page.getByRole('button', { name: /^Lint \d+ pairs$/ }).click();
      await page.getByText(/of \d+ pairs without a finding/).waitFor();
      await assertAccessible(page, 'a lint');
      await tab(page, 'Export');
      await page.getByRole('button', { name: 'Export model' }).click();
      await page.getByText(/is written\./).waitFor();
      await assertAccessible(page, 'an export');
      await page.getByRole('button', { name: `Delete ${MODEL}` }).click();
      await page.getByRole('dialog').waitFor();
      await assertAccessible(page, 'the question before a model is deleted');
      await page.keyboard.press('Escape');
      await openModels(page);
      await page.keyboard.press('n');
      await heading(page, 'Add model');
      await assertAccessible(page, 'Add model');
      await page.getByRole('link', { name: 'Settings', exact: true }).click();
      await page.getByText('Back up now').waitFor();
      await page.getByRole('button', { name: 'Add judge' }).click();
      await page.getByRole('form', { name: 'New judge' }).waitFor();
      await assertAccessible(page, 'Settings with a new judge');
    },
  },
];
