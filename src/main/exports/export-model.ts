/** A model as a folder of one of the formats: all of it or nothing, with a model card. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createFolderAtomic } from '../data/checkpoints/atomic.ts';
import { readGgufHeader } from '../data/checkpoints/gguf/header.ts';
import { openCheckpoint } from '../data/checkpoints/index.ts';
import { loadTokenizer } from '../data/tokenizers/index.ts';
import { adapterSize, mergeAdapter } from '../engine/adapters/lora.ts';
import { architectures } from '../engine/models/index.ts';
import { namedTensors } from '../engine/models/language-model.ts';
import { headOf } from '../engine/models/score-head.ts';
import { savedTensors } from '../train/checkpoint.ts';
import { loadModel } from '../train/load-model.ts';
import { ExportError, type ExportFormat, type ExportOptions, type ExportSource } from './export-format.ts';
import { type Licence, licenceFrom, licenceOf } from './licence.ts';
import { type CardRun, modelCard } from './model-card.ts';

export interface SourceOptions {
  readonly tokenizer?: string;
  /** A PEFT adapter of the model: merged into the weights, except where a format takes it alone. */
  readonly adapter?: string;
  readonly name?: string;
}

/** What lies at a path, ready for any format. Throws CheckpointError, TokenizerError, UnsupportedAdapter. */
export function exportSource(path: string, options: SourceOptions = {}): ExportSource {
  const checkpoint = openCheckpoint(path, options);
  const tokenizer = options.tokenizer ?? checkpoint.tokenizerPath;
  const shared = {
    name: options.name ?? basename(path).replace(/\.(bin|gguf)$/i, ''),
    generationConfig: checkpoint.generationConfig,
    licence: licenceAt(path),
  };
  if (options.adapter !== undefined || checkpoint.adapter) return adapted(path, options, shared);
  // a family that is unknown here is copied as it is
  const known = architectures.all.some(({ modelTypes }) => modelTypes.includes(String(checkpoint.config.model_type)));
  const { raw, tensors } = known
    ? namedTensors(checkpoint.config, checkpoint.tensors)
    : { raw: checkpoint.config, tensors: checkpoint.tensors };
  return {
    ...shared,
    // a config.json that does not say what its model is would not be understood elsewhere
    path: raw.architectures === checkpoint.config.architectures ? path : null,
    config: raw,
    tensors,
    tokenizer: tokenizer === null ? null : loadTokenizer(tokenizer),
    ...(options.tokenizer === undefined ? {} : { tokenizerPath: options.tokenizer }),
    adapted: null,
  };
}

/** A base with its adapter merged, which exists nowhere as files. */
function adapted(
  path: string,
  { tokenizer, adapter }: SourceOptions,
  shared: Pick<ExportSource, 'name' | 'generationConfig' | 'licence'>,
): ExportSource {
  const loaded = loadModel(path, { head: 'any', tokenizer, adapter });
  const merged = mergeAdapter(loaded.model);
  const tensors = savedTensors(merged);
  const tensor = (name: string) => tensors.get(name) ?? { shape: [], data: new Float32Array() };
  return {
    ...shared,
    licence: shared.licence ?? licenceAt(loaded.folder.path),
    path: null,
    config: merged.config.raw,
    tensors: {
      names: () => [...tensors.keys()],
      shape: (name) => tensor(name).shape,
      float32: (name) => tensor(name).data,
    },
    tokenizer: loaded.tokenizer,
    adapted: loaded,
  };
}

/** Of a model's folder, or of a GGUF file. */
export function licenceAt(path: string): Licence | null {
  if (statSync(path).isDirectory()) return licenceOf(path);
  if (!path.endsWith('.gguf')) return null;
  const { metadata } = readGgufHeader(path);
  const of = (key: string) => metadata.get(`general.license${key}`);
  return licenceFrom({ id: of(''), name: of('.name'), link: of('.link') });
}

export interface ModelExport extends ExportOptions {
  readonly format: ExportFormat;
  /** A new or an empty folder. */
  readonly out: string;
  /** The run that made the model, for the card. */
  readonly run: CardRun | null;
  readonly base: string | null;
  readonly basePath: string | null;
}

/** The files written, as paths. Throws ExportError when the format cannot hold the model. */
export async function exportModel(source: ExportSource, options: ModelExport): Promise<string[]> {
  const { format, out, type } = options;
  if (type !== undefined && !format.types.includes(type))
    throw new ExportError(`--format ${format.id} is written in ${format.types.join(', ')}; ${type} was asked for`);
  await createFolderAtomic(out, async (folder) => {
    await format.write(source, folder, options);
    writeCard(source, folder, options);
  });
  return filesBelow(out);
}

/** The card of the base stays when no run tells of another model. */
function writeCard(source: ExportSource, folder: string, { format, run, base, basePath }: ModelExport): void {
  const path = join(folder, 'README.md');
  if (run === null && existsSync(path)) return;
  const { config, tensors, adapted } = source;
  const card = modelCard({
    name: source.name,
    format: format.title,
    library: format.library,
    adapterParameters: format.takesAdapter && adapted?.model.adapter ? adapterSize(adapted.model.adapter) : null,
    scores: headOf(config) === 'score',
    family: String(config.model_type),
    parameters: tensors.names().reduce((sum, name) => sum + tensors.shape(name).reduce((a, b) => a * b, 1), 0),
    licence: source.licence ?? (basePath === null ? null : licenceAt(basePath)),
    base: base ?? (adapted ? nameOf(adapted.folder.path) : null),
    run,
  });
  if (existsSync(path)) writeFileSync(join(folder, 'BASE_README.md'), readFileSync(path));
  writeFileSync(path, card);
}

/** What a model's folder calls it: the hub's name where it lies in the hub's cache (models--owner--name/snapshots/commit). */
function nameOf(path: string): string {
  const cached = /(?:^|[\\/])models--(.+?)[\\/]snapshots[\\/][^\\/]+$/.exec(path);
  return cached ? cached[1].replaceAll('--', '/') : basename(path);
}

/** Paths of all files, sorted. */
export const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
