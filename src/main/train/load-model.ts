/** A path (or a workspace model) → weights, tokenizer and generation defaults, ready to use. */

import { type AdapterFolder, readAdapterFolder } from '../data/checkpoints/adapter-folder.ts';
import { endTokenIds } from '../data/checkpoints/generation-config.ts';
import { openCheckpoint } from '../data/checkpoints/index.ts';
import type { ModelFolder, TensorSource } from '../data/checkpoints/model-folder.ts';
import { loadTokenizer, tokenizerOfOtherForm } from '../data/tokenizers/index.ts';
import { type Tokenizer, TokenizerError } from '../data/tokenizers/tokenizer.ts';
import { withSavedAdapter } from '../engine/adapters/lora.ts';
import { type LoraConfig, readLoraConfig, UnsupportedAdapter } from '../engine/adapters/lora-config.ts';
import { elementCount } from '../engine/graph/value.ts';
import { ConfigReader } from '../engine/models/config.ts';
import { type LanguageModel, loadLanguageModel, type WeightSource } from '../engine/models/language-model.ts';
import { quantiseOnLoad } from '../engine/models/quantise-model.ts';
import type { QuantisedForm } from '../engine/models/quantised.ts';
import { withScoreHead, withScoreSettings } from '../engine/models/score-head.ts';

export interface LoadedModel {
  readonly folder: ModelFolder;
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  /** The adapter folder the model was loaded with. */
  readonly adapterPath: string | null;
  /** Tokens that end a completion: generation_config.json's, else config.json's, else the tokenizer's. */
  readonly eosIds: readonly number[];
}

export interface LoadOptions {
  /** The tokenizer file where the checkpoint has none of its own (llama2.c). */
  readonly tokenizer?: string;
  /** What the caller can use: a language model unless told otherwise. */
  readonly head?: LanguageModel['head'] | 'any';
  /** A PEFT adapter for the model: it stays apart from the weights. */
  readonly adapter?: string;
  /** Zeros stand for the weights, in memory that nothing touches: for plans. */
  readonly shapesOnly?: boolean;
  /** Matrices become codes as they are read: for generation and scoring. */
  readonly quantise?: QuantisedForm;
}

/** A checkpoint of the wrong kind: exit code 3. */
export class WrongHead extends Error {
  readonly code = 'wrong_head';
  readonly exitCode = 3;
  constructor(message: string) {
    super(message);
    this.name = 'WrongHead';
  }
}

/** Throws WrongHead when the checkpoint scores where a language model is needed, or the other way round. */
export function loadModel(path: string, options: LoadOptions = {}): LoadedModel {
  const folder = openCheckpoint(path, options);
  const base = baseOf(folder, options);
  const adapter = adapterOf(path, folder, options.adapter);
  const model = withAdapter(base, adapter);
  checkHead(path, model, options.head ?? 'language');
  const tokenizerPath = tokenizerPathOf(folder, options);
  const tokenizer = withinVocabulary(loadTokenizer(tokenizerPath), model.config.vocabulary, tokenizerPath);
  const eosIds = endIds(folder, model.config.eosIds, tokenizer);
  return { folder, model, tokenizer, adapterPath: adapter?.path ?? null, eosIds };
}

function baseOf({ config, tensors }: ModelFolder, { shapesOnly, quantise }: LoadOptions): LanguageModel {
  if (!shapesOnly && !quantise) return loadLanguageModel(config, tensors);
  const shapes = loadLanguageModel(config, zerosFor(tensors));
  return quantise ? quantiseOnLoad(shapes, quantise, (take) => loadLanguageModel(config, tensors, take)) : shapes;
}

/** The same names and shapes, all of them one array of zeros. */
function zerosFor(tensors: TensorSource): WeightSource {
  const sizeOf = (name: string) => elementCount(tensors.shape(name));
  const zeros = new Float32Array(Math.max(0, ...tensors.names().map(sizeOf)));
  return {
    names: () => tensors.names(),
    shape: (name) => tensors.shape(name),
    float32: (name) => zeros.subarray(0, sizeOf(name)),
  };
}

const tokenizerPathOf = (folder: ModelFolder, { tokenizer }: LoadOptions): string =>
  tokenizer ?? requireTokenizerPath(folder);

/** Throws TokenizerError that says in which form a tokenizer lies there instead, if one does. */
export function requireTokenizerPath({ path, tokenizerPath }: ModelFolder): string {
  if (tokenizerPath) return tokenizerPath;
  const other = tokenizerOfOtherForm(path);
  throw new TokenizerError(
    `${path}: it has no tokenizer${other ? ` that is read: ${other}` : ''}; name one with --tokenizer FILE`,
  );
}

/** A model's tokenizer and the tokens that end its completions, without its weights. */
export function openTokenizer(
  path: string,
  options: Pick<LoadOptions, 'tokenizer'> = {},
): Pick<LoadedModel, 'tokenizer' | 'eosIds'> {
  const folder = openCheckpoint(path, options);
  const tokenizer = loadTokenizer(tokenizerPathOf(folder, options));
  const configured = new ConfigReader(folder.config).ids('eos_token_id');
  return { tokenizer, eosIds: endIds(folder, configured, tokenizer) };
}

/** The adapter asked for, or the one that the path itself is. */
function adapterOf(path: string, { adapter }: ModelFolder, asked: string | undefined): AdapterFolder | undefined {
  if (adapter && asked !== undefined)
    throw new UnsupportedAdapter(
      `${path}: this is an adapter already; two adapters on one model are not supported, merge one first`,
    );
  return asked === undefined ? adapter : readAdapterFolder(asked);
}

/** Throws UnsupportedAdapter that names the folder. */
function withAdapter(base: LanguageModel, folder: AdapterFolder | undefined): LanguageModel {
  if (!folder) return base;
  try {
    const config = readLoraConfig(folder.config);
    return withSavedAdapter(adaptedHead(base, config, folder.modelConfig), config, folder.tensors);
  } catch (cause) {
    if (!(cause instanceof UnsupportedAdapter)) throw cause;
    throw new UnsupportedAdapter(`${folder.path}: ${cause.message}`);
  }
}

/** An adapter of a reward model brings the score head, and what config.json says of scores. */
function adaptedHead(base: LanguageModel, { task }: LoraConfig, own: AdapterFolder['modelConfig']): LanguageModel {
  if (task !== 'SEQ_CLS') return base;
  const scoring = withScoreHead(base, 0);
  return own === null ? scoring : withScoreSettings(scoring, own);
}

function checkHead(path: string, { head, config }: LanguageModel, wanted: LoadOptions['head']): void {
  if (wanted === 'any' || head === wanted) return;
  const name = String([config.raw.architectures].flat()[0] ?? config.family);
  throw new WrongHead(
    head === 'score'
      ? `${path}: ${name} gives scores, it has no language head; a language model is needed here`
      : `${path}: ${name} predicts tokens, it has no score head; a reward model (…ForSequenceClassification) is needed here`,
  );
}

/** A tokenizer may know more tokens than the model has rows for; a text that needs one is refused by its name, not by an index. */
function withinVocabulary(tokenizer: Tokenizer, vocabulary: number, path: string): Tokenizer {
  if (tokenizer.vocabularySize <= vocabulary) return tokenizer;
  const known = (id: number | null) => (id !== null && id < vocabulary ? id : null);
  return {
    ...tokenizer,
    bosId: known(tokenizer.bosId),
    eosId: known(tokenizer.eosId),
    padId: known(tokenizer.padId),
    encode(text, options) {
      const encoding = tokenizer.encode(text, options);
      const outside = encoding.ids.find((id) => id >= vocabulary);
      if (outside === undefined) return encoding;
      const token = JSON.stringify(tokenizer.tokenOf(outside));
      throw new TokenizerError(
        `${path}: its token ${token} has id ${outside}, but the model's vocabulary has ${vocabulary} tokens: this is not the tokenizer the model was trained with`,
      );
    },
  };
}

function endIds(folder: ModelFolder, configured: readonly number[], tokenizer: Tokenizer): number[] {
  const listed = endTokenIds(folder.generationConfig, `${folder.path}: generation_config.json`);
  if (listed) return listed;
  if (configured.length > 0) return [...configured];
  return tokenizer.eosId === null ? [] : [tokenizer.eosId];
}
