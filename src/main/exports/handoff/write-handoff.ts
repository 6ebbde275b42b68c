/** A folder with which a recipe is trained elsewhere: models, data, the target's script, and what became of each option. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from '../../base/markup.ts';
import { createFolderAtomic } from '../../data/checkpoints/atomic.ts';
import { exportModel, exportSource } from '../export-model.ts';
import { hf } from '../hf.ts';
import type { DataFile, Fate, Handoff, HandoffTarget, Recipe } from './handoff-target.ts';

/** A model where it lies now. */
export interface ModelPlace {
  readonly path: string;
  readonly tokenizer?: string;
  /** Merged into the weights: the target trains a fresh one. */
  readonly adapter?: string;
}

/** What a recipe is made of, before it is written. */
export interface HandoffSource {
  readonly name: string;
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly stated: readonly string[];
  readonly model: ModelPlace;
  readonly reference: ModelPlace | null;
  readonly rewardModel: ModelPlace | null;
  /** Writes TRL's JSONL to a path. */
  readonly train: (path: string) => Promise<void>;
  readonly evaluation: ((path: string) => Promise<void>) | null;
  /** What is to be known of the data, complete when they are written. */
  readonly notes: readonly string[];
}

export interface WrittenHandoff extends Handoff {
  readonly train: DataFile;
}

/** Fills a new or an empty folder: all of it or nothing. Throws ExportError for what the target does not have. */
export async function writeHandoff(source: HandoffSource, target: HandoffTarget, out: string): Promise<WrittenHandoff> {
  const done: WrittenHandoff[] = [];
  await createFolderAtomic(out, async (folder) => {
    // a method or loss that the target lacks is said before gigabytes are written
    const empty: DataFile = { file: 'data/train.jsonl', rows: 0, conversational: false };
    target.write(recipeOf(source, empty, null));
    const train = await writeData(folder, 'train', source.train);
    const evaluation = source.evaluation && (await writeData(folder, 'eval', source.evaluation));
    await writeModel(folder, 'model', source.model);
    if (source.reference) await writeModel(folder, 'reference', source.reference);
    if (source.rewardModel) await writeModel(folder, 'reward_model', source.rewardModel);
    const recipe = recipeOf(source, train, evaluation);
    const written = target.write(recipe);
    const handoff = { ...written, notes: [...written.notes, ...source.notes] };
    for (const [file, text] of Object.entries(handoff.files)) writeFileSync(join(folder, file), text);
    writeFileSync(join(folder, 'handoff.md'), handoffText(recipe, target, handoff));
    done.push({ ...handoff, train });
  });
  return done[0];
}

const recipeOf = (source: HandoffSource, train: DataFile, evaluation: DataFile | null): Recipe => ({
  // it stands in a script's comment
  name: source.name.replaceAll(/[^\p{L}\p{N} ._/@-]/gu, ' '),
  method: source.method,
  options: source.options,
  stated: new Set(source.stated),
  model: 'model',
  reference: source.reference ? 'reference' : null,
  rewardModel: source.rewardModel ? 'reward_model' : null,
  train,
  evaluation,
});

async function writeData(folder: string, name: string, write: (path: string) => Promise<void>): Promise<DataFile> {
  const file = `data/${name}.jsonl`;
  const path = join(folder, file);
  await write(path);
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const first = JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
  return { file, rows: lines.length, conversational: Object.values(first).some(isChat) };
}

const isChat = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && typeof value[0] === 'object' && value[0] !== null && 'role' in value[0];

async function writeModel(folder: string, name: string, { path, tokenizer, adapter }: ModelPlace): Promise<void> {
  const source = exportSource(path, { tokenizer, adapter });
  await exportModel(source, { format: hf, out: join(folder, name), run: null, base: null, basePath: null });
}

const shown = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

function optionTable(fates: readonly Fate[], last: string, cell: (fate: Fate) => string): string {
  const rows = fates.map((fate) => [`\`${fate.option}\``, shown(fate.value), cell(fate)]);
  return markdownTable(['option', 'value here', last], rows);
}

/** What was carried over and what was not, for the person who goes on with it. */
function handoffText(recipe: Recipe, target: HandoffTarget, { fates, command, notes }: Handoff): string {
  const carried = fates.filter(({ as }) => as !== null);
  const lost = fates.filter(({ as }) => as === null);
  const stated = lost.filter(({ option }) => recipe.stated.has(option));
  const byDefault = lost.filter(({ option }) => !recipe.stated.has(option));
  const meaning = ({ note }: Fate) => note ?? 'no counterpart';
  const section = (title: string, lines: readonly string[]) => ['', `## ${title}`, '', ...lines];
  return [
    `# ${recipe.name}, for ${target.title} ${target.release}`,
    '',
    `Method \`${recipe.method}\`, ${recipe.train.rows} rows in \`${recipe.train.file}\`, the model that training starts from in \`${recipe.model}\`.`,
    '',
    '```',
    command,
    '```',
    ...(notes.length > 0
      ? section(
          'Before the start',
          notes.map((note) => `- ${note}`),
        )
      : []),
    ...(stated.length > 0
      ? section('Set for this run, and without a counterpart', [
          'Their values are not the defaults, and the script has nothing for them.',
          '',
          optionTable(stated, 'what that means', meaning),
        ])
      : []),
    ...(byDefault.length > 0
      ? section('At their defaults, and without a counterpart', [optionTable(byDefault, 'what that means', meaning)])
      : []),
    ...section('Carried over', [
      optionTable(carried, target.title, ({ as, note }) => `${as}${note === undefined ? '' : ` (${note})`}`),
    ]),
    '',
    'Numbers will differ from those here: other kernels, another order of the rows, another stream of random numbers. At the same batches TRL’s',
    'losses and gradients were held against this program’s, step by step.',
    '',
  ].join('\n');
}
