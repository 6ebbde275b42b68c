/**
 * Takes a picture of every page of a workspace, in both themes and two sizes, to be looked at:
 * `node scripts/gallery.ts HOME RUN [FOLDER] [--only TEXT]`, HOME being a workspace that holds the run and a dataset of pairs. Build first.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { root, withServedPage } from './served-page.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const [home, run, folder = join(root, 'test-results/pages')] = positionals;
if (!home || !run) throw new Error('usage: node scripts/gallery.ts HOME RUN [FOLDER] [--only TEXT]');

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

type Steps = (page: Page) => Promise<unknown>;

const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).first().click();
const press = (page: Page, name: RegExp) => page.getByRole('button', { name }).first().click();
const tab = (page: Page, name: RegExp) => page.getByRole('tab', { name }).click();

async function openRow(page: Page, list: string, grid: string, name: string): Promise<void> {
  await link(page, list);
  const cells = page.getByRole('grid', { name: grid }).locator('[role=row] > [role=gridcell]');
  // beside its link, which would open it
  await cells
    .filter({ hasText: name })
    .first()
    .click({ position: { x: 3, y: 16 } });
}

const openRun: Steps = async (page) => {
  await openRow(page, 'Experiments', 'Runs', run);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: run }).waitFor();
};

async function openDataset(page: Page): Promise<void> {
  await openRow(page, 'Datasets', 'Datasets', '');
  await page.keyboard.press('Enter');
  await page.getByRole('grid', { name: 'Rows of the dataset' }).waitFor();
}

async function openModel(page: Page): Promise<void> {
  await openRow(page, 'Models', 'Models', '');
  await page.getByRole('complementary').getByRole('button', { name: 'Open' }).click();
  await page.getByRole('tab', { name: 'Template' }).waitFor();
}

const newRun =
  (steps: number): Steps =>
  async (page) => {
    await link(page, 'Experiments');
    await page.getByRole('button', { name: 'New run' }).click();
    await page.getByRole('heading', { level: 1, name: 'New run' }).waitFor();
    // the wizard opens where its draft was left
    const method = page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: /Method/ });
    const offline = page.getByRole('radio', { name: /Offline DPO/ });
    await method.or(offline).first().waitFor();
    if (await method.isVisible()) await method.click();
    await offline.check();
    for (let step = 0; step < steps; step++) {
      await press(page, /^Next/);
      const choices = page.getByRole('main').getByRole('radio');
      if (step < 2) await choices.first().check();
    }
  };

/** How each page is come to, by name. */
const PAGES: Readonly<Record<string, Steps>> = {
  home: (page) => link(page, 'Home'),
  datasets: (page) => openRow(page, 'Datasets', 'Datasets', ''),
  import: async (page) => {
    await link(page, 'Datasets');
    await page.getByRole('button', { name: 'Import', exact: true }).click();
  },
  pairs: openDataset,
  reader: async (page) => {
    await openDataset(page);
    await page.getByRole('grid', { name: 'Rows of the dataset' }).focus();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
  },
  versions: async (page) => {
    await openDataset(page);
    await tab(page, /^Versions/);
  },
  report: async (page) => {
    await openDataset(page);
    await tab(page, /^Import report/);
  },
  experiments: (page) => openRow(page, 'Experiments', 'Runs', run),
  compare: async (page) => {
    await openRow(page, 'Experiments', 'Runs', run);
    await page.keyboard.press('c');
    await page.getByRole('table', { name: 'Final values' }).waitFor();
  },
  'new-run-method': newRun(0),
  'new-run-model': newRun(1),
  'new-run-data': newRun(2),
  'new-run-parameters': newRun(3),
  'new-run-review': newRun(4),
  run: openRun,
  ...Object.fromEntries(
    ['Samples', 'Log', 'Config', 'Checkpoints'].map((name): [string, Steps] => [
      `run-${name.toLowerCase()}`,
      async (page) => {
        await openRun(page);
        await tab(page, new RegExp(`^${name}`));
      },
    ]),
  ),
  inspect: async (page) => {
    await link(page, 'Inspect');
    await page.getByRole('button', { name: 'Pick a prompt' }).click();
    await page.locator('.pl-pick').first().click();
    await press(page, /^Generate/);
    await page.locator('.pl-token[data-mode="reward"][data-step]').first().waitFor();
  },
  rate: (page) => link(page, 'Rate'),
  'new-queue': async (page) => {
    await link(page, 'Rate');
    await page.keyboard.press('n');
  },
  lab: (page) => link(page, 'Lab'),
  models: (page) => openRow(page, 'Models', 'Models', ''),
  ...Object.fromEntries(
    ['Overview', 'Template', 'Lint', 'Export'].map((name): [string, Steps] => [
      `model-${name.toLowerCase()}`,
      async (page) => {
        await openModel(page);
        await tab(page, new RegExp(`^${name}`));
      },
    ]),
  ),
  'add-model': async (page) => {
    await link(page, 'Models');
    await press(page, /^Add model/);
  },
  settings: (page) => link(page, 'Settings'),
  palette: async (page) => {
    await link(page, 'Home');
    await page.keyboard.press('Control+k');
  },
  error: (page) => page.evaluate('location.assign("#/runs/gone")'),
};

await withServedPage(home, async (page) => {
  mkdirSync(folder, { recursive: true });
  for (const size of SIZES)
    for (const theme of ['light', 'dark'] as const) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: theme });
      for (const [name, steps] of Object.entries(PAGES)) {
        if (!name.includes(values.only ?? '')) continue;
        await page.reload();
        await page.getByRole('heading', { level: 1 }).waitFor();
        await steps(page);
        // curves are drawn one chart a frame
        await page.waitForTimeout(['run', 'home', 'compare'].includes(name) ? 2500 : 800);
        await page.screenshot({ path: join(folder, `${name}-${theme}-${size.width}.png`) });
      }
    }
});
