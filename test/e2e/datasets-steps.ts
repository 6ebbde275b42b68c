/** What a user does on Datasets, in the words of the specs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { handOver, type Stage } from './stage.ts';

export const HH = 'data/preference/hh-rlhf_helpful-base_test_2352.jsonl';
export const ULTRAFEEDBACK = 'data/preference/ultrafeedback_binarized_train1000.jsonl';
export const RASBT = 'data/preference/rasbt_instruction-data-with-preference.json';

/** Numbers on the page have thin spaces. */
export const plain = (text: string | null): string =>
  (text ?? '').replaceAll('\u2009', ' ').replaceAll(/\s+/g, ' ').trim();

export async function openDatasets(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Datasets', exact: true }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Datasets' }).waitFor();
}

/** Opens the wizard and hands a file over; what the file is stands on the page when `seen` is there. */
export async function handFile(stage: Stage, path: string): Promise<void> {
  await openDatasets(stage.page);
  await stage.page.getByRole('button', { name: 'Import', exact: true }).click();
  await stage.page.getByRole('heading', { level: 1, name: 'Import' }).waitFor();
  await handOver(stage, path, () => stage.page.getByRole('button', { name: 'Choose file' }).click());
}

export const importButton = (page: Page) => page.getByRole('button', { name: /^Import [\d]/ });

/** Until the dataset's own page is open. */
export async function pressImport(page: Page): Promise<void> {
  await importButton(page).click();
  await page.getByRole('button', { name: 'Train on this' }).waitFor({ timeout: 60_000 });
}

export async function importPath(stage: Stage, path: string): Promise<void> {
  await handFile(stage, path);
  await importButton(stage.page).waitFor();
  await pressImport(stage.page);
}

/** A file of rows in the workspace of the spec. */
export function writeRows(stage: Stage, name: string, rows: readonly object[]): string {
  const path = join(stage.home, name);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

export const somePairs = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    prompt: `Question ${i}: what is the answer?`,
    chosen: `The answer to it is clearly ${i}, as one can see.`,
    rejected: `The answer to it is surely ${i + 1}.`,
  }));

export const table = (page: Page) => page.getByRole('grid', { name: 'Rows of the dataset' });
export const reader = (page: Page) => page.getByRole('region', { name: /^Row [\d]/ });

/** Text of one cell of the pair table by the number of its row on the page, from 1. */
export async function cellText(page: Page, row: number, column: number): Promise<string> {
  const cell = table(page)
    .locator(`[aria-rowindex="${row + 1}"] [role="gridcell"]`)
    .nth(column);
  return plain(await cell.textContent());
}
