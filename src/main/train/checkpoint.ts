/** Everything a resume needs, as a Hugging Face folder plus the optimiser's state, written atomically. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '../base/make-folder.ts';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '../data/checkpoints/adapter-folder.ts';
import { recoverFolder, replaceFolderAtomic, writeFileAtomic } from '../data/checkpoints/atomic.ts';
import { readJsonObject } from '../data/checkpoints/huggingface.ts';
import { stringifyLike } from '../data/checkpoints/json-floats.ts';
import { openSafetensors, writeSafetensors } from '../data/checkpoints/safetensors.ts';
import type { Adapter } from '../engine/adapters/lora.ts';
import { writeLoraConfig } from '../engine/adapters/lora-config.ts';
import { type LanguageModel, trainable } from '../engine/models/language-model.ts';
import type { LoadedModel } from './load-model.ts';
import type { Optimiser } from './optimiser.ts';

/** Where a run stands: enough, with the config, to go on as if nothing had happened (row order and sampling follow from seed and step). */
export interface RunState {
  readonly step: number;
  readonly tokens: number;
  /** Of the config's training options: a resume with another config is refused. */
  readonly fingerprint: string;
  /** What the method itself remembers, as JSON. */
  readonly memory?: unknown;
  /** The evaluation of this step was cut off by a stop: a resume begins with it. */
  readonly owesEvaluation?: boolean;
}

/** What is saved: the model, its optimiser, and models trained beside it in folders of their own. */
export interface Saved {
  readonly loaded: LoadedModel;
  readonly optimiser: Optimiser;
  readonly beside?: Readonly<Record<string, LoadedModel>>;
}

const folderOf = (outputDir: string, step: number): string => join(outputDir, `checkpoint-${step}`);

/** What is trained of a model, by name and shape; one that transformers' versions know by different names is there under each. */
export function savedTensors(model: LanguageModel) {
  const { specs, weights } = trainable(model);
  const others = Object.entries(model.architecture.aliases ?? {});
  return new Map(
    specs.flatMap(({ name, shape }) => {
      const tensor = { shape, data: weights.get(name) ?? new Float32Array() };
      const names = [name, ...others.filter(([, own]) => own === name).map(([other]) => other)];
      return names.map((each) => [each, tensor] as const);
    }),
  );
}

/** The file that holds what was trained. */
const weightsFile = ({ adapter }: LanguageModel): string => (adapter ? ADAPTER_WEIGHTS : 'model.safetensors');

/** A JSON file's text; floats stay floats where `original` had them. */
const json = (value: unknown, original: unknown = value): string => `${stringifyLike(value, original)}\n`;

/** config.json as transformers reads it: what was loaded, the dtype as trained; beside an adapter also PEFT's config, which names the base. */
function modelFiles({ model, tokenizer, folder }: LoadedModel): Record<string, string> {
  const { torch_dtype: _old, ...config } = model.config.raw;
  return {
    ...(model.adapter ? { [ADAPTER_CONFIG]: json(adapterConfig(model.adapter, folder.path)) } : {}),
    'config.json': json({ ...config, dtype: 'float32' }, folder.config),
    ...(Object.keys(folder.generationConfig).length > 0
      ? { 'generation_config.json': json(folder.generationConfig, folder.generationConfig) }
      : {}),
    ...tokenizer.files(),
  };
}

/** adapter_config.json; the base by its absolute path, so that PEFT finds it from anywhere on this machine. */
function adapterConfig({ config, pairs }: Adapter, base: string): Record<string, unknown> {
  const transposed = [...pairs.values()].some(({ module }) => module.transposed);
  return writeLoraConfig(config, resolve(base), transposed);
}

/** Writes `checkpoint-STEP`; removes the oldest beyond `keep` (null keeps all). Returns folder and size. */
export function saveCheckpoint(
  outputDir: string,
  { loaded, optimiser, beside = {} }: Saved,
  state: RunState,
  keep: number | null,
) {
  const path = folderOf(outputDir, state.step);
  replaceFolderAtomic(path, (folder) => {
    writeModel(folder, loaded);
    for (const [name, model] of Object.entries(beside)) {
      mkdirSync(join(folder, name));
      writeModel(join(folder, name), model);
    }
    writeSafetensors(join(folder, 'optimizer.safetensors'), optimiser.state());
    writeFileSync(
      join(folder, 'plumbline_state.json'),
      `${JSON.stringify({ ...state, optimizerSteps: optimiser.steps })}\n`,
    );
  });
  const steps = checkpointSteps(outputDir);
  for (const old of steps.slice(0, Math.max(0, steps.length - (keep ?? steps.length))))
    rmSync(folderOf(outputDir, old), { recursive: true, force: true });
  return { folder: path, bytes: folderBytes(path) };
}

/** Fills a folder with a model, or with its adapter where it has one. */
export function writeModel(folder: string, loaded: LoadedModel): void {
  for (const [name, content] of Object.entries(modelFiles(loaded))) writeFileSync(join(folder, name), content);
  writeSafetensors(join(folder, weightsFile(loaded.model)), savedTensors(loaded.model));
}

/** Steps of complete checkpoints, rising. */
export function checkpointSteps(outputDir: string): number[] {
  if (!existsSync(outputDir)) return [];
  for (const name of readdirSync(outputDir)) {
    const interrupted = /^\.(checkpoint-\d+)\.old$/.exec(name);
    if (interrupted) recoverFolder(join(outputDir, interrupted[1]));
  }
  return readdirSync(outputDir)
    .flatMap((name) => /^checkpoint-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Loads the newest checkpoint into models and optimiser; undefined when there is none. Refuses one made with another config. */
export function loadCheckpoint(
  outputDir: string,
  { loaded, optimiser, beside = {} }: Saved,
  fingerprints: readonly string[],
): RunState | undefined {
  const step = checkpointSteps(outputDir).at(-1);
  if (step === undefined) return undefined;
  const folder = folderOf(outputDir, step);
  const found = readJsonObject(join(folder, 'plumbline_state.json'));
  const fingerprint = fingerprints.find((each) => each === found.fingerprint);
  if (fingerprint === undefined)
    throw new Error(`${folder} was made with other options; start a new run, or restore the options it was made with`);
  readWeights(folder, loaded.model);
  for (const [name, { model }] of Object.entries(beside)) readWeights(join(folder, name), model);
  const moments = openSafetensors(join(folder, 'optimizer.safetensors'));
  optimiser.restore(Number(found.optimizerSteps), (name) => moments.float32(name));
  return {
    step,
    tokens: Number(found.tokens),
    fingerprint,
    memory: found.memory,
    owesEvaluation: found.owesEvaluation === true,
  };
}

function readWeights(folder: string, model: LanguageModel): void {
  const weights = openSafetensors(join(folder, weightsFile(model)));
  for (const [name, data] of trainable(model).weights) data.set(weights.float32(name));
}

/** The trained model itself, file by file: each is replaced whole, the weights last; models beside it come first. */
export function saveFinal(outputDir: string, { loaded, beside = {} }: Pick<Saved, 'loaded' | 'beside'>): void {
  for (const [name, model] of Object.entries(beside)) saveFinal(join(outputDir, name), { loaded: model });
  makeFolder(outputDir);
  for (const [name, content] of Object.entries(modelFiles(loaded))) writeFileAtomic(join(outputDir, name), content);
  const temporary = join(outputDir, '.model.new');
  writeSafetensors(temporary, savedTensors(loaded.model));
  writeFileAtomic(join(outputDir, weightsFile(loaded.model)), readFileSync(temporary));
  rmSync(temporary);
}

function folderBytes(path: string): number {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(path, name)))
    .reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
}
