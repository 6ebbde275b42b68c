/** `plumb generate`: completions of prompts, with their log-probabilities. */
import type { LoadedModel } from '../train/load-model.ts';
import { defineCommand, InputError, UsageError, wholeNumber } from './command.ts';
import { conversationsOf, optionalNumber, readJsonInput, stringsOf } from './input-document.ts';
import { addAdapterOption, addModelOptions } from './model-options.ts';
import { addWeightBits, openWithBits } from './weight-bits.ts';

const MOST_TOKENS = 1_000_000;
const LARGEST_SEED = 2 ** 32 - 1;

type Options = Readonly<Record<string, unknown>>;

/** How tokens are drawn, from the options. */
const samplingOf = (options: Options) => ({
  greedy: options.greedy === true,
  temperature: optionalNumber(options.temperature, '--temperature', { above: 0 }),
  topK: options.topK === undefined ? undefined : wholeNumber(options.topK, '--top-k', 0, MOST_TOKENS),
  topP: optionalNumber(options.topP, '--top-p', { least: 0, most: 1 }),
  minP: optionalNumber(options.minP, '--min-p', { least: 0, most: 1 }),
  repetitionPenalty: optionalNumber(options.repetitionPenalty, '--repetition-penalty', { above: 0 }),
});

const FLAGS = {
  temperature: '--temperature',
  topK: '--top-k',
  topP: '--top-p',
  minP: '--min-p',
  repetitionPenalty: '--repetition-penalty',
  stop: '--stop',
} as const;

/** Flags that were given and have a counterpart in generation_config.json. */
const givenOptions = (options: Options): Set<string> =>
  new Set(Object.entries(FLAGS).flatMap(([key, flag]) => (options[key] === undefined ? [] : [flag])));

export const generate = defineCommand({
  id: 'generate',
  summary: 'Complete prompts with a model.',
  examples: [
    'plumb generate --model ./my-model --prompt "Once upon a time" --greedy --max-new-tokens 50',
    'plumb generate --model stories260K.bin --tokenizer tok512.bin --prompt "" --temperature 0.8 --seed 7 --max-new-tokens 100',
  ],
  configure(command) {
    addModelOptions(command);
    addAdapterOption(command);
    addWeightBits(command);
    command
      .option('--prompt <text>', 'one prompt')
      .option('--input <file>', '{"texts": […]} or {"conversations": […]}')
      .option('--chat', "render conversations (or the prompt as a user's message) with the chat template")
      .option('--greedy', 'always the likeliest token')
      .option('--temperature <t>', 'divides the logits; 1 when not given')
      .option('--top-k <k>', 'keep the k likeliest tokens')
      .option('--top-p <p>', 'keep the likeliest tokens whose probabilities add up to p')
      .option('--min-p <p>', 'keep tokens at least p times as likely as the likeliest')
      .option('--repetition-penalty <r>', 'above 1: tokens already there become less likely')
      .option('--seed <n>', 'same seed, same text', '42')
      .requiredOption('--max-new-tokens <n>', 'longest completion')
      .option('--stop <text...>', 'end before this text')
      .option('--ignore-eos', 'go on after an end-of-sequence token');
  },
  async run(_args, options, context) {
    const { Decoder } = await import('../engine/generation/decoder.ts');
    const { generate: run } = await import('../engine/generation/generate.ts');
    const { createRandom } = await import('../base/random.ts');
    const { defaultsLeftOut } = await import('../data/checkpoints/generation-config.ts');
    const { createStopStrings } = await import('../data/tokenizers/stop-strings.ts');
    const sampling = samplingOf(options);
    const maxNewTokens = wholeNumber(options.maxNewTokens, '--max-new-tokens', 0, MOST_TOKENS);
    const seed = wholeNumber(options.seed, '--seed', 0, LARGEST_SEED);
    const stops = (options.stop as string[] | undefined) ?? [];
    if (stops.includes('')) throw new UsageError('--stop "" would end every completion before it begins');
    const encoded = (tokenizer: LoadedModel['tokenizer']) =>
      promptsOf(options, tokenizer).map(
        ({ text, special }) => tokenizer.encode(text, { addSpecialTokens: special }).ids,
      );
    const { loaded, weights } = await openWithBits(options, context, encoded);
    const { tokenizer } = loaded;
    for (const sentence of defaultsLeftOut(loaded.folder, { greedy: sampling.greedy, options: givenOptions(options) }))
      context.say(`warning: ${sentence}`);
    const prompts = promptsOf(options, tokenizer);
    const ids = encoded(tokenizer);
    ids.forEach((row, i) => {
      if (row.length === 0 && tokenizer.bosId !== null) row.push(tokenizer.bosId);
      if (row.length === 0) throw new InputError(`prompt ${i} is empty and the tokenizer has no token to begin with`);
    });
    const stopping = createStopStrings(tokenizer, stops, !options.ignoreEos);
    if (ids.length === 0) return { results: [], tokens_per_second: 0 };
    checkContext(ids, maxNewTokens, loaded.model.config.context);
    const maxPositions = ids.reduce((most, row) => Math.max(most, row.length), 0) + maxNewTokens;
    const decoder = await Decoder.create(loaded.model, { weights: 'frozen', maxPositions });
    const started = performance.now();
    try {
      const found = await run(decoder, ids, {
        maxNewTokens,
        ...sampling,
        eosIds: loaded.eosIds,
        ignoreEos: options.ignoreEos === true,
        findStop: stops.length > 0 ? stopping.find : undefined,
        random: createRandom(seed),
        signal: context.signal,
      });
      const tokens = found.reduce((sum, c) => sum + c.logps.length, 0);
      return {
        results: found.map((c, i) => ({
          prompt: prompts[i].text,
          ids: c.ids,
          text: stopping.textBefore(c.ids),
          logps: c.logps,
          finish_reason: c.finishReason,
        })),
        tokens_per_second: tokens / ((performance.now() - started) / 1000),
        peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
        ...(weights ? { weights } : {}),
      };
    } finally {
      await decoder.close();
    }
  },
  show(document: { results: { prompt: string; text: string }[] }, { print }) {
    for (const { prompt, text } of document.results) print(prompt + text);
  },
});

type ChatTokenizer = Pick<import('../data/tokenizers/tokenizer.ts').Tokenizer, 'renderChat'>;

/** Prompts as text; rendered conversations bring their special tokens themselves. */
function promptsOf(
  options: Readonly<Record<string, unknown>>,
  tokenizer: ChatTokenizer,
): { text: string; special: boolean }[] {
  const document = options.input === undefined ? undefined : readJsonInput(String(options.input));
  if (!document && options.prompt === undefined) throw new UsageError('give --prompt TEXT or --input FILE');
  if (document && options.prompt !== undefined) throw new UsageError('give --prompt TEXT or --input FILE, not both');
  const render = (messages: { role: string; content: string }[]) => ({
    text: tokenizer.renderChat(messages, { addGenerationPrompt: true }),
    special: false,
  });
  if (document?.conversations !== undefined) return conversationsOf(document).map(render);
  const texts = document ? stringsOf(document, 'texts') : [String(options.prompt)];
  return texts.map((text) => (options.chat ? render([{ role: 'user', content: text }]) : { text, special: true }));
}

/** Positions beyond those a model was made for give words without sense, so they are not generated. */
function checkContext(prompts: readonly (readonly number[])[], maxNewTokens: number, context: number): void {
  prompts.forEach(({ length }, i) => {
    if (length + maxNewTokens > context)
      throw new InputError(
        `prompt ${i} has ${length} tokens; with ${maxNewTokens} new ones that is more than the model's context of ${context} positions`,
      );
  });
}
