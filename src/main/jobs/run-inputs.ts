/** The models and files that a run was made from, by their bytes: kept beside its output, so that a replay knows whether they are the same. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { hashFile } from '../base/hash-file.ts';
import { makeFolder } from '../base/make-folder.ts';
import { writeFileAtomic } from '../data/checkpoints/atomic.ts';
import { otherGgufParts } from '../data/checkpoints/gguf/shards.ts';
import { readJsonObject } from '../data/checkpoints/huggingface.ts';
import { CheckpointError } from '../data/checkpoints/safetensors.ts';
import { DATASET_KEYS } from './workspace-paths.ts';

export const INPUTS_FILE = 'inputs.json';

/** Keys of a config that name what is read. */
const INPUT_KEYS = [
  ...['model', 'ref_model', 'reward_model', 'value_model', 'normalize_model', 'adapter', 'tokenizer'],
  ...['reward_function', 'rollouts'],
  ...DATASET_KEYS,
];

/** What of a model's folder decides numbers; the rest of it may change. */
const MODEL_FILE = /\.safetensors$|^((adapter_)?config|tokenizer|tokenizer_config)\.json$|^chat_template\.jinja$/;

const runInput = z.object({
  key: z.string(),
  /** Within a list. */
  place: z.number(),
  /** sha256 by name within the folder; "" is the file itself. */
  files: z.record(z.string(), z.string()),
});
const runInputs = z.object({ inputs: z.array(runInput) });
type RunInput = z.infer<typeof runInput>;

type Config = Readonly<Record<string, unknown>>;

const sha256 = (path: string): string => hashFile(createHash('sha256'), path).digest('hex');

const namesAt = (config: Config, key: string): string[] =>
  [config[key]].flat().filter((name): name is string => typeof name === 'string');

function digests(path: string): Record<string, string> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return {};
  const names = found.isDirectory()
    ? readdirSync(path).filter((name) => MODEL_FILE.test(name))
    : [
        '',
        ...otherGgufParts(path)
          .filter((part) => existsSync(part))
          .map((part) => `../${basename(part)}`),
      ];
  return Object.fromEntries(names.sort().map((name) => [name, sha256(join(path, name))]));
}

/** Writes down what a run reads. `versions`: names of dataset versions, whose rows are kept and pinned as they are. */
export function recordInputs(
  config: Config,
  outputDir: string,
  placeOf: (name: string) => string,
  versions: ReadonlySet<string>,
): void {
  const inputs = INPUT_KEYS.flatMap((key) =>
    namesAt(config, key).flatMap((name, place): RunInput[] =>
      DATASET_KEYS.includes(key) && versions.has(name) ? [] : [{ key, place, files: digests(placeOf(name)) }],
    ),
  );
  makeFolder(outputDir);
  writeFileAtomic(join(outputDir, INPUTS_FILE), `${JSON.stringify({ inputs }, null, 1)}\n`);
}

/** What is missing or has changed since a run read it, in words; nothing for a run that wrote nothing down. */
export function changedInputs(config: Config, outputDir: string, placeOf: (name: string) => string): string[] {
  const path = join(outputDir, INPUTS_FILE);
  if (!existsSync(path)) return [];
  const read = runInputs.safeParse(readJsonObject(path));
  if (!read.success)
    throw new CheckpointError(`${path}: expected the inputs of a run, found ${z.prettifyError(read.error)}`);
  return read.data.inputs.flatMap(({ key, place, files }) => {
    const name = namesAt(config, key)[place];
    if (name === undefined) return [];
    const changes = Object.entries(files).map(([file, digest]) => changeOf(join(placeOf(name), file), digest));
    return changes.flatMap((change) => (change === null ? [] : [`${key} "${name}": ${change}`]));
  });
}

function changeOf(path: string, digest: string): string | null {
  if (!existsSync(path)) return `${path} is missing`;
  const now = sha256(path);
  return now === digest
    ? null
    : `${path} has other bytes than were read (sha256 ${digest.slice(0, 12)}, now ${now.slice(0, 12)})`;
}
