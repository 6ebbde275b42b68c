/** `plumb lint`: preference pairs as the exact tokens that are trained on, and what is wrong with them. */
import type { LintSummary, PairLint, PreviewToken } from '../data/token-lint/index.ts';
import { type CommandContext, defineCommand, UsageError, wholeNumber } from './command.ts';
import { addModelOptions, modelPath } from './model-options.ts';
import { oneLine } from './table.ts';

const LONGEST = 1_000_000;
const TRUNCATIONS = ['keep_start', 'keep_end'] as const;

interface LintDocument extends LintSummary {
  /** Rows of the file that hold no pair. */
  readonly dropped: number;
  readonly results: readonly PairLint[];
}

export const lint = defineCommand({
  id: 'lint',
  summary: 'Show the tokens of preference pairs as they are trained on, and their faults.',
  examples: [
    'plumb lint --model ./SmolLM2-135M --pairs pairs.jsonl --max-length 512',
    'plumb lint --tokenizer tokenizer.json --pairs pairs.jsonl --rows 20 --json -',
  ],
  configure(command) {
    addModelOptions(command, false);
    command
      .requiredOption('--pairs <file>', 'preference rows in any importable format')
      .option('--max-length <n>', 'longest prompt plus answer, in tokens')
      .option('--truncation <side>', `what a longer row keeps: ${TRUNCATIONS.join(' or ')}`, TRUNCATIONS[0])
      .option('--rows <n>', 'pairs whose tokens are shown', '3');
  },
  async run(_args, options, context): Promise<LintDocument> {
    const { createLint } = await import('../data/token-lint/index.ts');
    const { readPreferences } = await import('../data/preferences.ts');
    const truncation = TRUNCATIONS.find((known) => known === options.truncation);
    if (!truncation)
      throw new UsageError(`--truncation must be ${TRUNCATIONS.join(' or ')}, found "${options.truncation}"`);
    const maxLength =
      options.maxLength === undefined ? null : wholeNumber(options.maxLength, '--max-length', 1, LONGEST);
    const rows = wholeNumber(options.rows, '--rows', 0, LONGEST);
    const opened = await tokenizerOf(options, context);
    const found = createLint({
      tokenizer: opened.tokenizer,
      endIds: opened.eosIds,
      limits: { maxLength, truncation },
    });
    const results: PairLint[] = [];
    let dropped = 0;
    for await (const row of readPreferences(String(options.pairs))) {
      context.signal.throwIfAborted();
      if ('dropped' in row) {
        dropped++;
        continue;
      }
      const pair = found.add(row);
      if (results.length < rows) results.push(pair);
    }
    return { ...found.summary(), dropped, results };
  },
  show({ pairs, clean, dropped, template, rules, results }: LintDocument, context) {
    results.forEach(({ tokens, findings }, i) => {
      context.print(`pair ${i + 1}`);
      for (const side of ['chosen', 'rejected'] as const)
        if (tokens && tokens[side].length > 0) context.print(`  ${side.padEnd(8)} ${marked(tokens[side])}`);
      for (const { rule, side, message } of findings)
        context.print(`  ! ${rule}${side ? `, ${side}` : ''}: ${message}`);
    });
    if (template) context.print(`! template: ${template}`);
    for (const [rule, { pairs: count, first, message }] of Object.entries(rules))
      context.print(`! ${rule}: ${count} of ${pairs} pairs, the first is pair ${first}: ${message}`);
    context.print(`${clean} of ${pairs} pairs without a finding${dropped > 0 ? `, ${dropped} rows hold no pair` : ''}`);
  },
});

/** The model's tokenizer, or a file's, whose own end token is the one that counts. */
async function tokenizerOf(options: Readonly<Record<string, unknown>>, context: CommandContext) {
  const file = options.tokenizer === undefined ? undefined : String(options.tokenizer);
  if (options.model !== undefined) {
    const { openTokenizer } = await import('../train/load-model.ts');
    return openTokenizer(await modelPath(options.model, context), { tokenizer: file });
  }
  if (file === undefined) throw new UsageError('give --model PATH or --tokenizer FILE');
  const { loadTokenizer } = await import('../data/tokenizers/index.ts');
  const tokenizer = loadTokenizer(file);
  return { tokenizer, eosIds: tokenizer.eosId === null ? [] : [tokenizer.eosId] };
}

/** Tokens one after another; what counts in the loss stands in brackets. */
const marked = (tokens: readonly PreviewToken[]): string =>
  oneLine(tokens.map(({ token, scored }) => (scored ? `[${token}]` : token)).join(''), LONGEST);
