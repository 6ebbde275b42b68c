/** `plumb handoff`: a run or a config as a folder that TRL or OpenRLHF trains from, on larger machines. */
import { copyFileSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../base/make-folder.ts';
import type { RunRecord } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import type { Fate } from '../exports/handoff/handoff-target.ts';
import type { HandoffSource, ModelPlace } from '../exports/handoff/write-handoff.ts';
import { type CommandContext, defineCommand, InputError, UsageError } from './command.ts';
import { modelPath } from './model-options.ts';
import { checkEmpty } from './models/export.ts';
import { inputChanges } from './runs/input-changes.ts';
import { pinnedPlace } from './runs/pinned-place.ts';
import { runOf } from './runs/run-by-name.ts';
import { readConfig } from './train.ts';
import { withExistingStore } from './workspace-store.ts';

/** Checked against the registry, which is loaded only when the command runs. */
const TARGETS = ['trl', 'openrlhf'];

export interface HandoffDocument {
  readonly recipe: string;
  readonly target: string;
  readonly output_dir: string;
  readonly files: readonly string[];
  readonly rows: number;
  readonly command: string;
  readonly carried: Readonly<Record<string, string>>;
  readonly not_carried: readonly {
    readonly option: string;
    readonly value: unknown;
    readonly stated: boolean;
    readonly note: string;
  }[];
  readonly notes: readonly string[];
}

/** A config, and where it came from. */
interface Given {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** What relative paths are relative to; null: names of the workspace alone. */
  readonly baseFolder: string | null;
  /** null: it is a file. */
  readonly run: RunRecord | null;
}

export const handoff = defineCommand({
  id: 'handoff',
  summary:
    'Write what TRL or OpenRLHF needs to train a run or a config on larger machines: script, model, data, and what became of each option.',
  examples: [
    'plumb handoff dpo-pairs-01 --to trl --out ./for-trl',
    'plumb handoff dpo.yaml --to openrlhf --out ./for-openrlhf --json -',
  ],
  configure(command) {
    command
      .argument('<run or config>', 'name or id of a run, or a config file')
      .requiredOption('--to <target>', TARGETS.join(', '))
      .requiredOption('--out <folder>', 'a new or an empty folder');
  },
  async run([reference], options, context): Promise<HandoffDocument> {
    const { handoffTargets } = await import('../exports/handoff/index.ts');
    const { writeHandoff } = await import('../exports/handoff/write-handoff.ts');
    const name = String(options.to);
    if (!handoffTargets.has(name)) throw new UsageError(`--to ${name} is not known; Known: ${TARGETS.join(', ')}`);
    const out = resolve(String(options.out));
    checkEmpty(out);
    const target = handoffTargets.get(name);
    const written = await withExistingStore(context, async (store) => {
      const given = await givenBy(reference, store);
      const source = await sourceOf(given, store, context);
      return { ...(await writeHandoff(source, target, out)), recipe: given.name, stated: source.stated };
    });
    const { filesBelow } = await import('../exports/export-model.ts');
    return {
      recipe: written.recipe,
      target: name,
      output_dir: out,
      files: filesBelow(out),
      rows: written.train.rows,
      command: written.command,
      carried: Object.fromEntries(written.fates.flatMap(({ option, as }) => (as === null ? [] : [[option, as]]))),
      not_carried: written.fates.filter(({ as }) => as === null).map((fate) => lostOption(fate, written.stated)),
      notes: written.notes,
    };
  },
  show(document: HandoffDocument, { print }) {
    print(`${document.recipe} for ${document.target}, ${document.rows} rows: ${document.output_dir}`);
    for (const { option, value, note } of document.not_carried.filter(({ stated }) => stated))
      print(`  not carried over: ${option} ${JSON.stringify(value)} (${note})`);
    for (const note of document.notes) print(`  ${note}`);
    print(`handoff.md has every option; start it there with: ${document.command}`);
  },
});

const lostOption = ({ option, value, note }: Fate, stated: readonly string[]) => ({
  option,
  value,
  stated: stated.includes(option),
  note: note ?? 'no counterpart',
});

/** A file is a config; what is no file is a run. */
async function givenBy(reference: string, store: Store): Promise<Given> {
  if (statSync(reference, { throwIfNoEntry: false })?.isFile()) {
    const path = resolve(reference);
    return { name: reference, config: await readConfig(path), baseFolder: dirname(path), run: null };
  }
  const run = runOf(store, reference);
  return { name: run.name, config: { method: run.method, ...run.config }, baseFolder: run.baseFolder, run };
}

/** Options whose value is not what the schema fills in. */
const chosen = (options: Readonly<Record<string, unknown>>, shape: z.ZodRawShape): string[] =>
  Object.keys(options).filter((key) => {
    const fallback = shape[key] instanceof z.ZodType ? shape[key].safeParse(undefined) : undefined;
    return !fallback?.success || JSON.stringify(fallback.data) !== JSON.stringify(options[key]);
  });

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

async function sourceOf(given: Given, store: Store, context: CommandContext): Promise<HandoffSource> {
  const { methodOf } = await import('../jobs/kinds/train.ts');
  const { parseConfig } = await import('../train/config.ts');
  const { config } = given;
  const method = methodOf(config);
  const options = parseConfig(method.params, config) as Readonly<Record<string, unknown>>;
  const place = async (name: unknown): Promise<ModelPlace | null> => {
    const text = textOf(name);
    return text === undefined ? null : { path: await placeOf(text, given, context) };
  };
  const model = await place(options.model);
  if (!model) throw new InputError(`${given.name}: the config names no model`);
  const adapter = textOf(options.adapter);
  const tokenizer = textOf(options.tokenizer);
  const changes = given.run ? inputChanges(store, given.run, context) : [];
  const data = { store, notes: changes.map((change) => `Not as ${given.name} read it: ${change}.`) };
  const reference = options.ref_model === options.model ? null : await place(options.ref_model);
  return {
    name: given.name,
    method: method.id,
    options,
    stated: chosen(options, method.params.shape),
    model: {
      ...model,
      ...(tokenizer === undefined ? {} : { tokenizer: besideConfig(tokenizer, given) ?? tokenizer }),
      ...(adapter === undefined ? {} : { adapter: await placeOf(adapter, given, context) }),
    },
    reference,
    rewardModel: await place(options.reward_model),
    notes: data.notes,
    train: await dataOf('dataset', options, given, data),
    evaluation: options.eval_dataset === undefined ? null : await dataOf('eval_dataset', options, given, data),
  };
}

/** Where a relative path of the config leads, when something is there. */
function besideConfig(name: string, { baseFolder }: Given): string | undefined {
  if (isAbsolute(name)) return name;
  if (baseFolder === null) return undefined;
  const path = join(baseFolder, name);
  return existsSync(path) ? path : undefined;
}

const placeOf = (name: string, given: Given, context: CommandContext): Promise<string> =>
  modelPath(besideConfig(name, given) ?? name, context);

/** How the rows of an option get into a file: of a version, of a file in any format, or of a task's prompts. */
async function dataOf(
  key: string,
  options: Readonly<Record<string, unknown>>,
  given: Given,
  { store, notes }: { readonly store: Store; readonly notes: string[] },
): Promise<(path: string) => Promise<void>> {
  const { exportVersion } = await import('../data/datasets/export.ts');
  const { requireVersion } = await import('../data/datasets/find.ts');
  const name = textOf(options[key]);
  if (name === undefined) return taskPrompts(options, given);
  const exported = (version: string) => async (path: string) => {
    makeParent(path);
    exportVersion(store, version, 'trl', path);
  };
  const pin = given.run?.data.find((each) => each.key === key && each.name === name);
  if (given.run && pin) {
    const place = pinnedPlace(store, given.run, pin);
    if ('version' in place) return exported(place.version);
    return async (path) => {
      makeParent(path);
      copyFileSync(place.file, path);
    };
  }
  const file = besideConfig(name, given);
  if (file !== undefined) return (path) => fromFile(file, path, notes);
  return exported(requireVersion(store, name).version.id);
}

const makeParent = (path: string): void => makeFolder(dirname(path));

/** Any format that the importer knows, by way of a store that is thrown away. */
async function fromFile(file: string, path: string, notes: string[]): Promise<void> {
  const { importFile } = await import('../data/datasets/import.ts');
  const { exportVersion } = await import('../data/datasets/export.ts');
  const { openStore } = await import('../data/store/open.ts');
  const store = openStore(':memory:');
  try {
    const { versionId, refusedTotal, refused } = await importFile(store, file, { name: 'handoff' });
    if (refusedTotal > 0)
      notes.push(`${refusedTotal} rows of ${basename(file)} are left out, the first because ${refused[0].reason}.`);
    makeParent(path);
    exportVersion(store, versionId, 'trl', path);
  } finally {
    store.close();
  }
}

/** What a method that samples answers where no data is named: prompts of the built-in task. */
async function taskPrompts(
  options: Readonly<Record<string, unknown>>,
  { name }: Given,
): Promise<(path: string) => Promise<void>> {
  const { tasks } = await import('../tasks/index.ts');
  const task = textOf(options.task);
  if (task === undefined || !tasks.has(task)) throw new InputError(`${name}: the config names no dataset and no task`);
  const prompts = tasks.get(task).prompts('train', Number(options.prompt_count), Number(options.seed));
  return async (path) => {
    makeParent(path);
    writeFileSync(path, prompts.map((prompt) => `${JSON.stringify({ prompt })}\n`).join(''));
  };
}
