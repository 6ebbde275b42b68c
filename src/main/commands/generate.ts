/** `plumb generate`: completions of prompts, with their log-probabilities. */
import { defineCommand, InputError, readJsonInput, stringsOf, UsageError } from './command.ts';
import { addModelOptions, modelPath } from './model-options.ts';

const number = (value: unknown): number | undefined => {
  if (value === undefined) return undefined;
  const parsed = Number(value);
  if (!Number.isFinite(parsed)) throw new UsageError(`expected a number, found "${value}"`);
  return parsed;
};

export const generate = defineCommand({
  id: 'generate',
  summary: 'Complete prompts with a model.',
  examples: [
    'plumb generate --model ./my-model --prompt "Once upon a time" --greedy --max-new-tokens 50',
    'plumb generate --model stories260K.bin --tokenizer tok512.bin --prompt "" --temperature 0.8 --seed 7 --max-new-tokens 100',
  ],
  configure(command) {
    addModelOptions(command);
    command
      .option('--prompt <text>', 'one prompt')
      .option('--input <file>', '{"texts": […]} or {"conversations": […]}')
      .option('--chat', "render conversations (or the prompt as a user's message) with the chat template")
      .option('--greedy', 'always the likeliest token')
      .option('--temperature <t>', 'divides the logits', '1')
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
    const { loadModel } = await import('../train/load-model.ts');
    const { Decoder } = await import('../engine/generation/decoder.ts');
    const { generate: run } = await import('../engine/generation/generate.ts');
    const { createRandom } = await import('../base/random.ts');
    const loaded = loadModel(await modelPath(options.model, context), {
      tokenizer: options.tokenizer as string | undefined,
    });
    const { tokenizer } = loaded;
    const prompts = promptsOf(options, tokenizer);
    const ids = prompts.map(({ text, special }) => tokenizer.encode(text, { addSpecialTokens: special }).ids);
    ids.forEach((row, i) => {
      if (row.length === 0 && tokenizer.bosId !== null) row.push(tokenizer.bosId);
      if (row.length === 0) throw new InputError(`prompt ${i} is empty and the tokenizer has no token to begin with`);
    });
    const maxNewTokens = number(options.maxNewTokens) ?? 0;
    const stops = (options.stop as string[] | undefined) ?? [];
    const textOf = (row: readonly number[]) => tokenizer.decode(row, { skipSpecialTokens: !options.ignoreEos });
    const findStop = (row: readonly number[]) => {
      const text = textOf(row);
      return Math.min(...stops.map((s) => (text.includes(s) ? text.indexOf(s) : Number.POSITIVE_INFINITY)));
    };
    const maxPositions = Math.max(...ids.map((row) => row.length)) + maxNewTokens;
    const decoder = await Decoder.create(loaded.model, { weights: 'frozen', maxPositions });
    const started = performance.now();
    try {
      const found = await run(decoder, ids, {
        maxNewTokens,
        greedy: options.greedy === true,
        temperature: number(options.temperature),
        topK: number(options.topK),
        topP: number(options.topP),
        minP: number(options.minP),
        repetitionPenalty: number(options.repetitionPenalty),
        eosIds: loaded.eosIds,
        ignoreEos: options.ignoreEos === true,
        findStop: stops.length > 0 ? (row) => (Number.isFinite(findStop(row)) ? findStop(row) : -1) : undefined,
        random: createRandom(number(options.seed) ?? 42),
        signal: context.signal,
      });
      const tokens = found.reduce((sum, c) => sum + c.logps.length, 0);
      return {
        results: found.map((c, i) => {
          const text = textOf(c.ids);
          const end = findStop(c.ids);
          return {
            prompt: prompts[i].text,
            ids: c.ids,
            text: Number.isFinite(end) ? text.slice(0, end) : text,
            logps: c.logps,
            finish_reason: c.finishReason,
          };
        }),
        tokens_per_second: tokens / ((performance.now() - started) / 1000),
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
  const render = (messages: { role: string; content: string }[]) => ({
    text: tokenizer.renderChat(messages, { addGenerationPrompt: true }),
    special: false,
  });
  if (document?.conversations !== undefined) {
    if (!Array.isArray(document.conversations)) throw new InputError('"conversations" must be a list of message lists');
    return (document.conversations as { role: string; content: string }[][]).map(render);
  }
  const texts = document ? stringsOf(document, 'texts') : [String(options.prompt)];
  return texts.map((text) => (options.chat ? render([{ role: 'user', content: text }]) : { text, special: true }));
}
