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

/** Letters of scripts with two cases, as DeepSeek LLM's tokenizer.json lists them. */
const CASED_LETTERS =
  'A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373\u0376\u0377\u037b' +
  '-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0' +
  '-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45' +
  '\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0' +
  '-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128' +
  '\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2' +
  '\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a' +
  '\uff41-\uff5a\u{10400}-\u{1044f}\u{104b0}-\u{104d3}\u{104d8}-\u{104fb}\u{10c80}-\u{10cb2}\u{10cc0}-\u{10cf2}\u{118a0}-\u{118df}' +
  '\u{1e900}-\u{1e943}';

const gpt2: PrePattern = { patterns: [GPT2_PATTERN_SOURCE] };
const digitsFirst: PrePattern = { patterns: ['\\p{N}', GPT2_PATTERN_SOURCE] };
const qwen2: PrePattern = { patterns: [QWEN2] };
const llama3: PrePattern = { patterns: [LLAMA3], ignoreMerges: true, addBos: true };

const gpt4o: PrePattern = { patterns: [cased(`${CONTRACTIONS}?`, '\\p{N}{1,3}')] };
const bloom: PrePattern = { patterns: [' ?[^(\\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+'] };
const bailing: PrePattern = {
  patterns: [
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
  ],
};

const PRE_PATTERNS: Readonly<Record<string, PrePattern>> = {
  'gpt-2': gpt2,
  'phi-2': gpt2,
  mpt: gpt2,
  olmo: gpt2,
  jais: gpt2,
  gigachat: gpt2,
  mellum: gpt2,
  'a.x-4.0': gpt2,
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
  'falcon-h1': llama3,
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
  f2llmv2: qwen2,
  stablelm2: qwen2,
  hunyuan: qwen2,
  'solar-open': qwen2,
  'grok-2': qwen2,
  qwen35: { patterns: [QWEN35] },
  tekken: { patterns: [cased('', '\\p{N}')], ignoreMerges: true, addBos: true },
  'gpt-4o': gpt4o,
  llama4: gpt4o,
  kanana2: gpt4o,
  talkie: gpt4o,
  'minimax-m2': gpt4o,
  'deepseek-v3': { patterns: DEEPSEEK3 },
  'hunyuan-dense': { patterns: DEEPSEEK3 },
  'joyai-llm': { patterns: DEEPSEEK3 },
  'deepseek-llm': {
    patterns: [
      '[\\r\\n]',
      `\\s?[${CASED_LETTERS}]+`,
      '\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+',
      '\\s+$',
      '[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+',
      '\\p{N}+',
    ],
  },
  'deepseek-coder': {
    patterns: ['[\\r\\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', '[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+', '\\p{N}'],
  },
  'poro-chat': bloom,
  bloom,
  'gpt3-finnish': bloom,
  viking: { patterns: [...bloom.patterns, '\\p{N}'] },
  bailingmoe: bailing,
  bailingmoe2: bailing,
  'llada-moe': bailing,
  'seed-coder': {
    patterns: [
      `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
    ],
  },
  ufakzeka: { patterns: [`[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|${REST}`] },
  minicpm5: {
    patterns: ['\\p{N}{1,3}', `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}+|${REST}`],
    ignoreMerges: true,
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
