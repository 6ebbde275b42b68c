/** Specs of Inspect: two models stream side by side, tokens are read, an answer is forced, a pair is saved; by pointer and by keys; and the keys are answered while four panes stream beside a run. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { builtInModelFolder } from '../../src/main/data/built-in-models.ts';
import { openStore } from '../../src/main/data/store/open.ts';
import { initLanguageModel } from '../../src/main/engine/models/language-model.ts';
import { registerModel } from '../../src/main/host/model-registry.ts';
import { resolveWorkspace } from '../../src/main/host/workspace.ts';
import { writeModel } from '../../src/main/train/checkpoint.ts';
import { loadModel } from '../../src/main/train/load-model.ts';
import { assertAccessible } from './axe.ts';
import { measureFrames } from './frame-costs.ts';
import { startRun } from './rate.ts';
import type { Spec, Stage } from './stage.ts';
import { MODEL, withModelAndPairs } from './workspace.ts';

const REFERENCE = 'helpful-reference';
const PROMPT = 'hello . i work as a farmer . what does a rabbit eat ? explain in detail . answer :';
const SLOW = 'slow-helpful';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const pane = (page: Page, letter: string) => page.getByRole('region', { name: `Pane ${letter}`, exact: true });
const tokensOf = (page: Page, letter: string) => pane(page, letter).locator('.pl-tokens .pl-token');

async function openInspect(page: Page, query: Readonly<Record<string, string>>): Promise<void> {
  await page.evaluate((hash) => location.assign(hash), `#/inspect?${new URLSearchParams(query)}`);
  await heading(page, 'Inspect');
}

/** Chooses by what the list says. */
async function choose(page: Page, select: string, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: select, exact: true }).click();
  await page.getByRole('option', { name: option }).click();
}

const sumsOf = (page: Page, letter: string) => pane(page, letter).locator('.pl-sums').innerText();

/** All panes have their answers and every number. */
async function untilRead(page: Page, letters: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: /^Generate/ }).waitFor({ timeout: 60_000 });
  for (const letter of letters)
    await pane(page, letter).locator('.pl-tokens .pl-token[data-mode="reward"][data-step]').first().waitFor();
}

async function withSlowModel(home: string): Promise<void> {
  await withModelAndPairs(home);
  const workspace = resolveWorkspace(home);
  const loaded = loadModel(builtInModelFolder(REFERENCE) ?? '');
  const { raw } = loaded.model.config;
  const size = { hidden_size: 256, num_hidden_layers: 8, num_attention_heads: 4, num_key_value_heads: 4, head_dim: 64 };
  const model = initLanguageModel({ ...raw, ...size, intermediate_size: 1024, max_position_embeddings: 2048 }, 1);
  const folder = join(workspace.models, SLOW);
  mkdirSync(folder, { recursive: true });
  // its end token is none of the vocabulary: it writes to its limit
  writeModel(folder, {
    ...loaded,
    model: { ...model, config: { ...model.config, raw: { ...model.config.raw, eos_token_id: 1_000_000 } } },
  });
  const store = openStore(workspace.database);
  registerModel(store, workspace, folder, { name: SLOW, origin: 'imported', runId: null, parent: null });
  store.close();
}

interface Lags {
  /** Inputs that took at least a picture's turn; shorter ones are not told. */
  readonly count: number;
  readonly medianMs: number;
  readonly nineTenthsMs: number;
  readonly longestMs: number;
}

/** From each press or letter to the next picture, by the clock: the browser's own measure of input. */
async function inputLags(page: Page, body: () => Promise<void>): Promise<Lags> {
  await page.evaluate(() => {
    const lags: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (/^key|^input/.test(entry.name)) lags.push(entry.duration);
    });
    observer.observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
    Object.assign(window, { inputLags: lags });
  });
  await body();
  await page.waitForTimeout(200);
  const found = await page.evaluate(() => (window as unknown as { inputLags: number[] }).inputLags);
  const sorted = [...found].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count: sorted.length, medianMs: at(0.5), nineTenthsMs: at(0.9), longestMs: at(1) };
}

/** A page of the same browser that holds a text field and nothing else: what input takes on this machine, at this time, without our page. */
async function openBarePage({ page, app }: Stage): Promise<Page> {
  const address = 'data:text/html,<textarea></textarea>';
  if (!app) {
    const bare = await page.context().browser()?.newPage();
    assert.ok(bare);
    await bare.goto(address);
    return bare;
  }
  const [bare] = await Promise.all([
    app.waitForEvent('window'),
    app.evaluate(({ BrowserWindow }, url) => {
      const options = { width: 600, height: 400, webPreferences: { backgroundThrottling: false } };
      void new BrowserWindow(options).loadURL(url);
    }, address),
  ]);
  return bare;
}

const WORDS = ' and what else does it eat ?';
const BETWEEN_KEYS_MS = 50;

async function typeAndWalk(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Prompt' }).focus();
  await page.keyboard.type(WORDS, { delay: BETWEEN_KEYS_MS });
  await page.keyboard.press('Alt+2');
  for (let press = 0; press < 10; press++) {
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(BETWEEN_KEYS_MS);
  }
}

async function typeOnly(page: Page): Promise<void> {
  await page.locator('textarea').focus();
  await page.keyboard.type(WORDS, { delay: BETWEEN_KEYS_MS });
}

const ATTEMPTS = 3;
const LAG_MS = 100;
/** Half of the inputs. */
const MEDIAN_MS = 50;

interface Answering {
  readonly ours: Lags;
  readonly bare: Lags;
  /** Processor time of the dearest frame. */
  readonly dearestMs: number;
}

/** What an input may take longer than the bar: by as much as one on the bare page takes longer than usual, which is the machine's doing. */
const allowanceMs = ({ bare }: Answering): number => bare.longestMs - bare.medianMs;

function missed(found: Answering): string | null {
  const { ours, dearestMs } = found;
  const most = LAG_MS + allowanceMs(found);
  if (ours.medianMs > MEDIAN_MS) return `half of the inputs waited longer than ${ours.medianMs} ms`;
  if (ours.nineTenthsMs > LAG_MS) return `a tenth of the inputs waited longer than ${ours.nineTenthsMs} ms`;
  if (ours.longestMs > most) return `an input waited ${ours.longestMs} ms, where ${most} are allowed`;
  return dearestMs > LAG_MS ? `a frame cost ${dearestMs} ms of processor time` : null;
}

export const inspectSpecs: readonly Spec[] = [
  {
    name: 'Inspect: one pane writes with 4-bit weights and says what that changes and whose numbers are shown',
    prepare: withModelAndPairs,
    async run({ page }) {
      await heading(page, 'Home');
      await openInspect(page, {});
      await choose(page, 'Model of pane A', new RegExp(`^${REFERENCE}`));
      await choose(page, 'Model of pane B', new RegExp(`^${REFERENCE}`));
      await choose(page, 'Reference', new RegExp(`^${REFERENCE}`));
      await page.getByRole('textbox', { name: 'Prompt' }).fill(PROMPT);
      await page.getByRole('button', { name: 'Settings of pane B', exact: true }).click();
      const form = page.getByRole('dialog', { name: 'Settings of pane B' });
      await form.getByRole('radiogroup', { name: 'Weights while writing' }).getByText('4 bit', { exact: true }).click();
      await assertAccessible(page, 'Inspect, settings of a pane');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /^Generate/ }).click();
      await untilRead(page, ['A', 'B']);
      await pane(page, 'B')
        .getByText(/^Written with 4-bit weights: mean .* against float32, .* are read with the float32 weights\.$/)
        .waitFor();
      assert.equal(await pane(page, 'A').getByText('Written with').count(), 0);
      await assertAccessible(page, 'Inspect, a pane with 4-bit weights');
    },
  },
  {
    name: 'Inspect: a model streams beside its reference, tokens are read, a completion is forced, a pair is saved',
    prepare: withModelAndPairs,
    async run({ page, errors }) {
      await heading(page, 'Home');
      await page.getByRole('link', { name: 'Inspect', exact: true }).click();
      await heading(page, 'Inspect');
      await choose(page, 'Model of pane A', new RegExp(`^${REFERENCE}`));
      await choose(page, 'Model of pane B', new RegExp(`^${MODEL}`));
      await choose(page, 'Reference', new RegExp(`^${REFERENCE}`));
      await page.getByRole('textbox', { name: 'Prompt' }).fill(PROMPT);
      await page.getByRole('button', { name: 'Exact tokens' }).click();
      await page.getByText(/^19 tokens, as|^20 tokens, as/).waitFor();
      await page.getByRole('button', { name: 'Exact tokens' }).click();
      await page.getByRole('button', { name: /^Generate/ }).click();
      await untilRead(page, ['A', 'B']);

      // the reference against itself: every ratio is 0; the other model: not
      assert.match(await sumsOf(page, 'A'), /implicit reward\s+0\.00 nats/);
      assert.doesNotMatch(await sumsOf(page, 'B'), /implicit reward\s+0\.00 nats/);
      await pane(page, 'A').getByText('gold reward').waitFor();
      assert.match(await sumsOf(page, 'A'), /gold reward\s+−?\d/);
      const said = await tokensOf(page, 'B').first().getAttribute('aria-label');
      assert.match(said ?? '', /β·log π\/π_ref [+−]?\d+\.\d\d nats, token 1 of \d+$/);

      // the card on hover and on focus, by the arrow keys
      await tokensOf(page, 'B').nth(1).hover();
      await page.getByRole('tooltip').getByText('token 2 of').waitFor();
      await tokensOf(page, 'B').first().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.getByRole('tooltip').getByText('token 3 of').waitFor();
      assert.ok((await page.getByRole('tooltip').locator('tbody tr').count()) >= 5);
      await assertAccessible(page, 'Inspect, token card');
      await page.keyboard.press('h');
      await page.getByRole('tooltip').getByText('KL', { exact: true }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('radiogroup', { name: 'Colour by' }).getByText('log π', { exact: true }).click();
      await pane(page, 'B').locator('.pl-token[data-mode="logp"]').first().waitFor();

      // the pair; letters are the page's again once no field has the focus
      await page.keyboard.press('Alt+2');
      await page.keyboard.press('s');
      const dialog = page.getByRole('dialog', { name: 'Where do pairs go?' });
      await dialog.getByRole('textbox', { name: 'Or a new one' }).fill('kept');
      await dialog.getByRole('button', { name: 'Save pair' }).click();
      await page.getByText('To kept, now version 1 with 1 pair.').waitFor();
      await dialog.waitFor({ state: 'detached' });
      await page.keyboard.press('Shift+S');
      await page.getByText('To kept, now version 2 with 2 pairs.').waitFor();
      await page.getByRole('button', { name: 'Undo' }).last().click();
      await page.getByText('Pair taken back').waitFor();

      // the forced completion
      await page.getByRole('tab', { name: 'Force a completion' }).click();
      await page.getByRole('textbox', { name: 'Chosen y⁺' }).fill(' a rabbit likes to eat seeds .');
      await page.getByRole('textbox', { name: 'Rejected y⁻' }).fill(' a rabbit likes to eat stones .');
      await page.keyboard.press('Control+Enter');
      const table = page.getByRole('region', { name: 'Probabilities of the forced answers' });
      const rows = table.locator('tbody tr');
      await rows.nth(2).waitFor();
      const cells = await rows.allInnerTexts();
      assert.match(cells[0], /^Reference: helpful-reference[\s\S]*0\.693/);
      assert.match(cells[1], /0\.693\s*$/);
      assert.match(cells[2], /^tiny-helpful/);
      await page.getByText('0.80 → 0.90').waitFor();
      await assertAccessible(page, 'Inspect, forced answers');

      await page.getByRole('tab', { name: /^Probes/ }).click();
      await page.getByRole('button', { name: 'Read probes' }).click();
      await page
        .getByRole('region', { name: 'Probes' })
        .getByText(/B [+−]\d/)
        .first()
        .waitFor();
      await assertAccessible(page, 'Inspect, probes');
      await page.getByRole('link', { name: 'Datasets', exact: true }).click();
      await page.getByRole('grid', { name: 'Datasets' }).getByText('kept').first().waitFor();
      assert.deepEqual(errors, []);
    },
  },
  {
    name: 'Inspect by keys alone, from a deep link: generate, walk the tokens, word diff, stop',
    prepare: withSlowModel,
    async run({ page, errors }) {
      await openInspect(page, { a: REFERENCE, b: MODEL, ref: REFERENCE, prompt: PROMPT });
      await page.getByRole('combobox', { name: 'Model of pane B', exact: true }).waitFor();
      await assertAccessible(page, 'Inspect, before the first answer');
      await page.keyboard.press('Control+Enter');
      await untilRead(page, ['A', 'B']);
      const first = await tokensOf(page, 'A').allInnerTexts();
      await page.keyboard.press('Alt+2');
      await page.keyboard.press('End');
      await page
        .getByRole('tooltip')
        .getByText(/^token (\d+) of \1$/)
        .waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('d');
      await pane(page, 'B').locator('.pl-answer-words').waitFor();
      await page.keyboard.press('d');
      // the same seed says the same; the address says what is shown
      await page.keyboard.press('Control+Enter');
      await untilRead(page, ['A', 'B']);
      assert.deepEqual(await tokensOf(page, 'A').allInnerTexts(), first);
      assert.match(page.url(), /a=helpful-reference&b=tiny-helpful&ref=helpful-reference&prompt=hello/);

      await openInspect(page, { a: SLOW, prompt: PROMPT });
      await page.getByRole('button', { name: 'Sampling settings' }).click();
      await page.getByRole('textbox', { name: /Longest answer/ }).fill('1500');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+Enter');
      await tokensOf(page, 'A').nth(20).waitFor({ timeout: 30_000 });
      await page.keyboard.press('Escape');
      await pane(page, 'A').getByText('stopped').waitFor();
      const count = await tokensOf(page, 'A').count();
      await page.waitForTimeout(300);
      assert.equal(await tokensOf(page, 'A').count(), count);
      assert.deepEqual(errors, []);
    },
  },
  {
    name: 'Inspect: keys are answered within 100 ms by the clock while four panes stream beside a run that reports',
    prepare: withSlowModel,
    async run(stage) {
      const { page } = stage;
      await heading(page, 'Home');
      const bare = await openBarePage(stage);
      await page.bringToFront();
      await startRun(page, { max_steps: '5000', learning_rate: '1e-4' }, /Offline DPO/);
      await page.locator('.pl-state').filter({ hasText: 'Running' }).first().waitFor({ timeout: 60_000 });
      await openInspect(page, { a: SLOW, b: SLOW, c: SLOW, d: SLOW, prompt: PROMPT });
      await page.getByRole('button', { name: 'Sampling settings' }).click();
      await page.getByRole('textbox', { name: /Longest answer/ }).fill('1800');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+Enter');
      await tokensOf(page, 'D').nth(10).waitFor({ timeout: 60_000 });
      // ratios come while the answers are written: each token against the reference, which is the model itself
      for (const letter of ['A', 'B', 'C', 'D'])
        await pane(page, letter).locator('.pl-token[data-mode="reward"][data-step="0"]').nth(20).waitFor();
      assert.match(await sumsOf(page, 'D'), /implicit reward\s+0\.00 nats/);
      assert.ok(await page.getByRole('button', { name: 'Stop' }).isVisible(), 'the panes still write');
      // the work of others on the machine makes single inputs late: one good attempt of three is enough
      let why: string | null = null;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        await page.bringToFront();
        let ours: Lags | undefined;
        const { dearestMs } = await measureFrames(page, async () => {
          ours = await inputLags(page, () => typeAndWalk(page));
        });
        assert.ok(ours && ours.count > 0, 'inputs were measured');
        await bare.bringToFront();
        const found: Answering = { ours, bare: await inputLags(bare, () => typeOnly(bare)), dearestMs };
        await page.bringToFront();
        assert.ok(await page.getByRole('button', { name: 'Stop' }).isVisible(), 'the panes stream to the last key');
        process.stdout.write(`    ${JSON.stringify(found)}\n`);
        why = missed(found);
        if (why === null) break;
      }
      assert.equal(why, null);
    },
  },
];
