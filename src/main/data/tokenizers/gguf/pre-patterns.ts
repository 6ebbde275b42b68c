/**
 * How a byte-level tokenizer of a GGUF file cuts a text before merging: `tokenizer.ggml.pre` names it (llama-vocab.cpp), the patterns are those of the
 * tokenizer.json of the models that use the name. A name that is not here is refused: another pattern would give other ids.
 */
import { GPT2_PATTERN_SOURCE } from '../bytes.ts';
import { TokenizerError } from '../tokenizer.ts';

export interface PrePattern {
  /** One after the other, each cutting the pieces of the one before. */
  readonly patterns: readonly string[];
  /** A piece that is a token as a whole is not merged up to. */
  readonly ignoreMerges?: boolean;
  /** Where the file does not say. */
  readonly addBos?: boolean;
}

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const REST = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const LLAMA3 = `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|${REST}`;
const QWEN2 = `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|${REST}`;
const QWEN35 = `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
/** Words by case: one capital part, one small part; `after` follows a word. */
const cased = (after: string, digits: string): string =>
  `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+${after}|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*${after}|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const DEEPSEEK3 = [
  '\\p{N}{1,3}',
  '[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+',
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
];

const gpt2: PrePattern = { patterns: [GPT2_PATTERN_SOURCE] };
const digitsFirst: PrePattern = { patterns: ['\\p{N}', GPT2_PATTERN_SOURCE] };
const qwen2: PrePattern = { patterns: [QWEN2] };
const llama3: PrePattern = { patterns: [LLAMA3], ignoreMerges: true, addBos: true };

const PRE_PATTERNS: Readonly<Record<string, PrePattern>> = {
  'gpt-2': gpt2,
  'phi-2': gpt2,
  mpt: gpt2,
  olmo: gpt2,
  jais: gpt2,
  gigachat: gpt2,
  mellum: gpt2,
  trillion: gpt2,
  exaone4: gpt2,
  'modern-bert': gpt2,
  'granite-docling': gpt2,
  smollm: digitsFirst,
  starcoder: digitsFirst,
  refact: digitsFirst,
  'command-r': digitsFirst,
  codeshell: digitsFirst,
  exaone: digitsFirst,
  'minerva-7b': digitsFirst,
  mellum2: digitsFirst,
  llama3,
  'llama-v3': llama3,
  'llama-bpe': llama3,
  falcon3: llama3,
  pixtral: llama3,
  'midm-2.0': llama3,
  lfm2: llama3,
  dbrx: { patterns: [LLAMA3] },
  'smaug-bpe': { patterns: [LLAMA3] },
  glm4: { patterns: [LLAMA3] },
  'chatglm-bpe': { patterns: [LLAMA3] },
  qwen2,
  'deepseek-r1-qwen': qwen2,
  megrez: qwen2,
  kormo: qwen2,
  stablelm2: qwen2,
  hunyuan: qwen2,
  'solar-open': qwen2,
  'grok-2': qwen2,
  qwen35: { patterns: [QWEN35] },
  tekken: { patterns: [cased('', '\\p{N}')], ignoreMerges: true, addBos: true },
  'gpt-4o': { patterns: [cased(`${CONTRACTIONS}?`, '\\p{N}{1,3}')] },
  llama4: { patterns: [cased(`${CONTRACTIONS}?`, '\\p{N}{1,3}')] },
  'deepseek-v3': { patterns: DEEPSEEK3 },
  'hunyuan-dense': { patterns: DEEPSEEK3 },
  'deepseek-coder': {
    patterns: ['[\\r\\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', '[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+', '\\p{N}'],
  },
  falcon: { patterns: ['[\\p{P}\\$\\+<=>\\^~\\|`]+', GPT2_PATTERN_SOURCE, '[0-9][0-9][0-9]'] },
  default: { patterns: ['[\\p{P}\\$\\+<=>\\^~\\|]+', GPT2_PATTERN_SOURCE, '\\p{N}+', '[0-9][0-9][0-9]'] },
};

/** Throws TokenizerError that lists what is known. */
export function prePattern(name: string | undefined, path: string): PrePattern {
  const remedy = 'give the tokenizer.json of the model with --tokenizer FILE';
  if (name === undefined)
    throw new TokenizerError(`${path}: it does not say how texts are cut (tokenizer.ggml.pre); ${remedy}`);
  if (Object.hasOwn(PRE_PATTERNS, name)) return PRE_PATTERNS[name];
  throw new TokenizerError(
    `${path}: the pre-tokenizer "${name}" is not known; ${remedy}. Known: ${Object.keys(PRE_PATTERNS).join(', ')}`,
  );
}

/** Names in the order of the table with their patterns: how a tokenizer.json finds its name when it is written to a GGUF file. */
export const prePatterns: readonly (readonly [name: string, pattern: PrePattern])[] = Object.entries(PRE_PATTERNS);
