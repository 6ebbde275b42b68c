/** Specs of runs: the wizard with a value that is wrong, a real run to its end under observation, pause, resume and stop, and what is said when something is not there. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Made } from '../fixtures/compared-runs.ts';
import { expectAccessible, switchTheme, type Theme } from './accessibility.ts';
import type { Spec } from './stage.ts';
import { MODEL, PAIRS, withAnsweringRuns, withModelAndPairs, withRuns } from './workspace.ts';

const next = (page: Page) => page.getByRole('button', { name: /^Next/ }).click();
const option = (page: Page, key: string) => page.locator(`#param-${key}`);
const status = (page: Page, word: string) =>
  page.locator('.pl-header .pl-state').filter({ hasText: word }).waitFor({ timeout: 90_000 });

const goTo = (page: Page, hash: string) => page.evaluate(`location.assign(${JSON.stringify(hash)})`);

/** Up to the parameters of offline DPO, all of them shown. */
export async function openParameters(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Experiments', exact: true }).click();
  await page.getByRole('button', { name: 'New run' }).click();
  await page.getByRole('radio', { name: /Offline DPO/ }).check();
  await next(page);
  await page.getByRole('radio', { name: new RegExp(MODEL) }).check();
  await next(page);
  await page.getByRole('radio', { name: new RegExp(PAIRS) }).check();
  await next(page);
  await page.getByRole('radiogroup', { name: 'Which parameters' }).getByText('All').click();
}

export async function setOptions(page: Page, values: Readonly<Record<string, number>>): Promise<void> {
  for (const [key, value] of Object.entries(values)) await option(page, key).fill(String(value));
}

async function startRun(page: Page, values: Readonly<Record<string, number>>): Promise<void> {
  await openParameters(page);
  await setOptions(page, { max_length: 64, per_device_train_batch_size: 4, learning_rate: 5e-4, ...values });
  await next(page);
  await page.getByRole('button', { name: 'Start run' }).click();
  await page.getByRole('tab', { name: /Charts/ }).waitFor();
}

const currentStep = async (page: Page): Promise<number> => {
  const text = (await page.locator('.pl-strip-facts').textContent()) ?? '';
  return Number(/step (\d+) of/.exec(text)?.[1] ?? -1);
};

async function waitForStep(page: Page, step: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await currentStep(page)) < step) {
    assert.ok(Date.now() < deadline, `step ${step} was not reached`);
    await page.waitForTimeout(100);
  }
}

/** What must not move while numbers stream in. */
const PLACES =
  '.pl-header h1, .pl-strip, .pl-strip-facts > span, .pl-tabs, .pl-health, .pl-content .pl-toolbar, .pl-content .pl-card, .pl-chart, .pl-panel, .pl-panel-foot';

const places = (page: Page): Promise<readonly string[]> =>
  page.locator(PLACES).evaluateAll((elements) =>
    elements.map((element) => {
      const { left, top, height } = element.getBoundingClientRect();
      return `${element.className} ${Math.round(left)} ${Math.round(top)} ${Math.round(height)}`;
    }),
  );

/** Values of a chart by its table, which is what it draws. */
async function tableRows(page: Page, title: string): Promise<number> {
  await page.getByRole('button', { name: `Options of ${title}` }).click();
  await page.getByRole('menuitem', { name: 'View as table' }).click();
  const dialog = page.getByRole('dialog', { name: title });
  await dialog.getByRole('row').first().waitFor();
  const rows = await dialog.getByRole('row').count();
  // Escape belongs to the menu until it has given the focus to the dialog
  await dialog.locator(':focus').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  return rows - 1;
}

/** Pixels of the chart that are not of the most frequent colour. */
const inkOf = (page: Page, title: string): Promise<number> =>
  page.getByRole('img', { name: new RegExp(`^${title}`) }).evaluate((box) => {
    const canvas = box.querySelector('canvas');
    const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let ink = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 0) ink++;
    return ink;
  });

async function checkRunPages(page: Page, path: string, themes: readonly Theme[]): Promise<void> {
  for (const theme of themes) {
    await switchTheme(page, theme);
    await page.getByRole('link', { name: 'Home', exact: true }).click();
    await page.getByRole('table', { name: 'Recent runs' }).waitFor();
    await expectAccessible(page, 'Home with runs', theme);
    await page.getByRole('link', { name: 'Experiments', exact: true }).click();
    await page.getByRole('grid', { name: 'Runs' }).waitFor();
    await expectAccessible(page, 'Experiments with runs', theme);
    await goTo(page, path);
    for (const tab of ['Charts', 'Samples', 'Log', 'Config', 'Checkpoints']) {
      await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
      await expectAccessible(page, `Run, ${tab}`, theme);
    }
  }
}

const SCRIPT = `from trl import DPOConfig, DPOTrainer
model_args = ModelConfig(model_name_or_path="Qwen/Qwen3-0.6B")
training_args = DPOConfig(
    output_dir="out",  # of the example
    beta=0.05, learning_rate=5e-7, max_steps=args.steps // 2,
    bf16=True, report_to=None, logging_steps=10,
)
peft_config = LoraConfig(r=8, task_type="CAUSAL_LM")`;

/** A PPO run with every fault at once: it left the reference, its answers grow and are torn, one gradient was far above the others. */
const AILING = {
  method: 'ppo',
  beta: 0.1,
  seed: 1,
  steps: 80,
  evaluations: 4,
  gain: 0.5,
  config: {
    dataset: undefined,
    task: 'helpful',
    learning_rate: 3e-5,
    kl_coef: 0.05,
    adap_kl_ctrl: false,
    temperature: 0.7,
    missing_eos_penalty: null,
    max_grad_norm: 1,
    response_length: 40,
  },
  valuesAt: (step: number) => ({
    'objective/kl': step / 2,
    'objective/response_length': 20 + step / 4,
    'val/contain_eos_token': 0.6,
    grad_norm: step === 43 ? 50 : 1,
  }),
} as const;

const plainRun = (method: string, seed: number): Made => ({
  method,
  beta: 0.1,
  seed,
  steps: 20,
  evaluations: 2,
  gain: 1,
});

/** Whether the selected row of the table lies whole between its head and its lower edge. */
const isInView = (page: Page): Promise<boolean> =>
  page.getByRole('grid', { name: 'Runs' }).evaluate((grid) => {
    const row = grid.querySelector('[aria-selected="true"]')?.getBoundingClientRect();
    const head = grid.querySelector('[role="columnheader"]')?.getBoundingClientRect();
    const { bottom } = grid.getBoundingClientRect();
    return row !== undefined && head !== undefined && row.top >= head.bottom - 2 && row.bottom <= bottom + 2;
  });

export const runSpecs: readonly Spec[] = [
  {
    name: 'the wizard says what is wrong with a value, where, and how to mend it',
    prepare: withModelAndPairs,
    async run({ page }) {
      await openParameters(page);
      await option(page, 'beta').fill('-1');
      await option(page, 'label_smoothing').fill('0.1');
      await option(page, 'max_steps').fill('ten');
      await next(page);
      await page.getByRole('alert').filter({ hasText: '3 parameters to correct' }).waitFor();
      assert.equal(await page.evaluate('document.activeElement.id'), 'param-beta', 'focus is at the first problem');
      await page.getByText('Enter a number above 0.').waitFor();
      await page.getByText('sigmoid does not use label_smoothing.').waitFor();
      await page.getByText('Enter a number, such as').waitFor();

      await option(page, 'beta').fill('0.2');
      await option(page, 'max_steps').fill('5');
      await page.getByRole('button', { name: 'cdpo', exact: true }).click();
      await next(page);
      const changed = page.getByRole('table', { name: 'Parameters that differ from the defaults' });
      for (const [key, value] of [
        ['beta', '0.2'],
        ['loss_type', 'cdpo'],
        ['label_smoothing', '0.1'],
        ['max_steps', '5'],
      ])
        await changed.getByRole('row').filter({ hasText: key }).filter({ hasText: value }).waitFor();
    },
  },
  {
    name: 'a script of TRL is pasted into the wizard: what is taken, what is refused and why; a preset follows',
    prepare: withModelAndPairs,
    async run({ page, host }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      await goTo(page, '#/experiments/new');
      await page.getByRole('button', { name: 'Paste config' }).click();
      const dialog = page.getByRole('dialog', { name: 'Paste a config' });
      await dialog.getByRole('textbox', { name: 'Config' }).fill('beta: 0.3');
      await dialog.getByRole('button', { name: 'Read' }).click();
      await dialog.getByText('Which method is it for?').waitFor();
      await dialog.getByRole('textbox', { name: 'Config' }).fill(SCRIPT);
      await dialog.getByRole('button', { name: 'Read' }).click();
      await dialog
        .getByRole('status')
        .filter({ hasText: '4 options taken, 4 without effect here, 3 refused' })
        .waitFor();
      const refused = await dialog.getByRole('table', { name: 'Refused options' }).getByRole('row').allInnerTexts();
      assert.match(refused.join('\n'), /bf16\s+true\s+training computes in float32/);
      assert.match(refused.join('\n'), /model_name_or_path\s+Qwen\/Qwen3-0.6B\s+there is no model named/);
      assert.match(
        refused.join('\n'),
        /max_steps\s+args.steps \/\/ 2\s+"args.steps \/\/ 2" is worked out in the script/,
      );
      for (const theme of host === 'desktop' ? (['Dark'] as const) : (['Light', 'Dark'] as const))
        await expectAccessible(page, 'Pasted config', theme);
      await dialog.getByRole('button', { name: 'Use these options' }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('radio', { name: new RegExp(MODEL) }).check();
      await next(page);
      await page.getByRole('radio', { name: new RegExp(PAIRS) }).check();
      await next(page);
      await page.getByRole('radiogroup', { name: 'Which parameters' }).getByText('All').click();
      assert.equal(await option(page, 'beta').inputValue(), '0.05');
      assert.equal(await option(page, 'lora_r').inputValue(), '8');
      await page.getByRole('button', { name: 'Presets' }).click();
      await page.getByRole('menuitem', { name: /^Built-in task, careful/ }).click();
      assert.equal(await option(page, 'learning_rate').inputValue(), '0.0002');
      assert.equal(await option(page, 'max_steps').inputValue(), '200');
      assert.equal(await option(page, 'lora_r').inputValue(), '', 'what was set before is back at its default');
    },
  },
  {
    name: 'each warning of a run leads to something that mends it: options in a clone, its curve, the samples',
    prepare: withRuns([AILING]),
    async run({ page, host }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      await goTo(page, '#/runs/ppo-0.1-1');
      await page.getByRole('button', { name: /^\d more$/ }).click();
      const warning = (text: RegExp) => page.getByRole('note').filter({ hasText: text });
      const linksOf = (text: RegExp) => warning(text).getByRole('button').allInnerTexts();
      assert.deepEqual(await linksOf(/leaves the reference fast/), [
        'Clone with kl_coef 0.1',
        'Clone with adap_kl_ctrl true',
        'Clone with learning_rate 1e−5',
        'Show objective/kl',
        'Dismiss',
      ]);
      assert.deepEqual(await linksOf(/do not end by themselves/), [
        'Clone with missing_eos_penalty 1',
        'Clone with response_length 80',
        'Show samples',
        'Show val/contain_eos_token',
        'Dismiss',
      ]);
      assert.deepEqual(await linksOf(/gradient spike/), [
        'Show grad_norm',
        'Clone with learning_rate 1e−5',
        'Clone with max_grad_norm 0.5',
        'Dismiss',
      ]);
      assert.match(
        String(
          await warning(/Answers grow longer/)
            .getByRole('link')
            .getAttribute('href'),
        ),
        /^https:\/\/arxiv\.org\/abs\/2310\.03716$/,
      );
      for (const theme of host === 'desktop' ? (['Dark'] as const) : (['Light', 'Dark'] as const)) {
        await switchTheme(page, theme);
        await goTo(page, '#/runs/ppo-0.1-1');
        await page.getByRole('button', { name: /^\d more$/ }).click();
        await expectAccessible(page, 'Run with warnings', theme);
      }
      await page.getByRole('button', { name: 'Show grad_norm' }).click();
      await page.getByRole('img', { name: /^grad_norm/ }).waitFor();
      assert.equal(await page.locator('.pl-charts .pl-chart').count(), 1);
      await page.getByRole('button', { name: 'Show samples' }).click();
      await page.getByRole('tab', { name: /^Samples/, selected: true }).waitFor();
      await page.getByRole('tab', { name: /^Charts/ }).click();
      await page.getByRole('button', { name: /^\d more$/ }).click();
      await page.getByRole('button', { name: 'Clone with missing_eos_penalty 1' }).click();
      await page.getByRole('heading', { level: 1, name: 'New run' }).waitFor();
      await page.getByRole('radiogroup', { name: 'Which parameters' }).getByText('Changed').click();
      assert.equal(await option(page, 'missing_eos_penalty').inputValue(), '1');
      assert.equal(await option(page, 'response_length').inputValue(), '40', 'the rest is as it was');
    },
  },
  {
    name: 'a run is started, watched with curves and samples while nothing moves, and ends',
    prepare: withModelAndPairs,
    async run({ page, errors, host }) {
      await startRun(page, { max_steps: 400, eval_steps: 100, sample_prompts: 2, sample_max_new_tokens: 12 });
      await status(page, 'Running');
      await waitForStep(page, 5);
      const before = await places(page);
      await page
        .getByRole('status')
        .filter({ hasText: /step \d+ of 400/ })
        .first()
        .waitFor();
      await waitForStep(page, 150);
      assert.deepEqual(await places(page), before, 'something moved while the run streamed');
      await status(page, 'Finished');
      await page.getByText('step 400 of 400').waitFor();
      assert.equal(await tableRows(page, 'rewards/margins'), 400);
      assert.equal(await tableRows(page, 'loss'), 400);
      assert.ok((await inkOf(page, 'rewards/margins')) > 500, 'the curve is drawn');
      const panel = page.getByRole('complementary', { name: 'Samples and log' });
      for (const step of [0, 100, 200, 400]) await panel.getByText(`step ${step}`, { exact: true }).waitFor();
      await panel.getByText('prompt 1 of 2').waitFor();
      await page.locator('.pl-header h1').click();
      await page.keyboard.press('ArrowRight');
      await panel.getByText('prompt 2 of 2').waitFor();

      assert.deepEqual(errors, []);
      const path = String(await page.evaluate('location.hash'));
      await page.getByRole('link', { name: 'Experiments', exact: true }).click();
      await page.getByRole('grid', { name: 'Runs' }).getByText('Finished').waitFor();
      // what the older Chromium of a desktop might do otherwise is seen in one theme
      await checkRunPages(page, path, host === 'desktop' ? ['Dark'] : ['Light', 'Dark']);
    },
  },
  {
    name: 'a run is paused, resumed and stopped by keys, and leaves a checkpoint to resume from',
    prepare: withModelAndPairs,
    async run({ page }) {
      await startRun(page, { max_steps: 3000, sample_prompts: 0 });
      await status(page, 'Running');
      await waitForStep(page, 2);
      // a run that asks nobody is no reason to wait on Rate
      await page.getByRole('link', { name: 'Rate', exact: true }).click();
      await page.getByText('Nothing waits for you.').waitFor();
      await page.goBack();
      await status(page, 'Running');
      await page.locator('.pl-header h1').click();
      await page.keyboard.press('p');
      await status(page, 'Paused');
      const paused = await currentStep(page);
      await page.waitForTimeout(700);
      assert.ok((await currentStep(page)) <= paused + 1, 'a paused run takes no step');
      await page.keyboard.press('p');
      await status(page, 'Running');
      await waitForStep(page, paused + 2);
      await page.keyboard.press('Shift+S');
      await page.getByRole('dialog').getByRole('button', { name: 'Stop run' }).click();
      await status(page, 'Stopped');
      await page.getByRole('tab', { name: /Checkpoints/ }).click();
      assert.equal(await page.getByRole('table', { name: 'Checkpoints' }).getByRole('row').count(), 2);
      await page.getByRole('button', { name: 'Resume' }).waitFor();
    },
  },
  {
    name: 'the row that keys lead to stays in view beside the bar of marked runs, which inspects, rates and clones them',
    async prepare(home) {
      await withRuns(Array.from({ length: 24 }, (_, i) => plainRun('sft', i + 1)))(home);
      await withAnsweringRuns([plainRun('dpo', 1), plainRun('dpo', 2)])(home);
    },
    async run({ page }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      await goTo(page, '#/experiments');
      const grid = page.getByRole('grid', { name: 'Runs' });
      await grid.getByText('sft-0.1-24').waitFor();
      await grid.focus();
      await page.keyboard.press('j');
      // the bar takes its room when the first row is marked
      await page.keyboard.press('x');
      const bar = page.getByRole('toolbar', { name: 'Selected runs' });
      await bar.waitFor();
      for (let press = 0; press < 23; press++) {
        await page.keyboard.press('j');
        assert.ok(await isInView(page), `the row after ${press + 1} presses is in view`);
      }
      for (let press = 0; press < 23; press++) {
        await page.keyboard.press('k');
        assert.ok(await isInView(page), `the row ${press + 1} presses back is in view`);
      }
      // the row first, then the marks
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await bar.waitFor({ state: 'detached' });

      await page.getByRole('textbox', { name: 'Search runs' }).fill('dpo-0.1');
      for (const name of ['dpo-0.1-1', 'dpo-0.1-2']) await page.getByRole('checkbox', { name }).check();
      await bar.getByRole('button', { name: 'Inspect' }).click();
      await page.getByRole('heading', { level: 1, name: 'Inspect' }).waitFor();
      for (const [letter, name] of [
        ['A', 'dpo-0.1-'],
        ['B', 'dpo-0.1-'],
      ])
        assert.match(
          await page.getByRole('combobox', { name: `Model of pane ${letter}`, exact: true }).inputValue(),
          new RegExp(name),
        );
      await goTo(page, '#/experiments');
      for (const name of ['dpo-0.1-1', 'dpo-0.1-2']) await page.getByRole('checkbox', { name }).check();
      await bar.getByRole('button', { name: 'Rate' }).click();
      await page.getByRole('heading', { level: 1, name: 'New queue' }).waitFor();
      assert.equal(
        await page.getByRole('group', { name: 'Models' }).getByRole('checkbox', { checked: true }).count(),
        2,
      );
      await goTo(page, '#/experiments');
      await page.getByRole('checkbox', { name: 'dpo-0.1-1' }).check();
      await bar.getByRole('button', { name: 'Clone' }).click();
      await page.getByRole('heading', { level: 1, name: 'New run' }).waitFor();
      await page.getByRole('radiogroup', { name: 'Which parameters' }).waitFor();
    },
  },
  {
    name: 'a run that is not there, and an address that leads nowhere, are said in a sentence',
    async run({ page }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      await goTo(page, '#/runs/gone');
      await page.getByText('This run could not be read').waitFor();
      await page.getByRole('alert').filter({ hasText: 'there is no run "gone"' }).waitFor();
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      await page.getByRole('button', { name: 'All runs' }).click();
      await page.getByRole('heading', { level: 1, name: 'Experiments' }).waitFor();
      await goTo(page, '#/nowhere');
      await page.getByRole('heading', { level: 1, name: 'No such page' }).waitFor();
    },
  },
];
