/** `plumb logprobs`: how likely a model finds both answers of preference pairs. */
import { defineCommand, wholeNumber } from './command.ts';
import { addAdapterOption, addModelOptions, openModel } from './model-options.ts';

const LONGEST = 1_000_000;

export const logprobs = defineCommand({
  id: 'logprobs',
  summary: 'Log-probabilities of chosen and rejected answers.',
  examples: ['plumb logprobs --model ./my-model --pairs pairs.jsonl --max-length 512 --json -'],
  configure(command) {
    addModelOptions(command);
    addAdapterOption(command);
    command.requiredOption('--pairs <file>', 'preference rows in any importable format');
    command.option('--max-length <n>', 'longest prompt plus answer, in tokens');
  },
  async run(_args, options, context) {
    const { createScorer } = await import('../evaluate/scoring.ts');
    const { readPreferences } = await import('../data/preferences.ts');
    const { pairTokens } = await import('../data/batches.ts');
    const { sum } = await import('../base/statistics.ts');
    const maxLength =
      options.maxLength === undefined ? null : wholeNumber(options.maxLength, '--max-length', 1, LONGEST);
    const loaded = await openModel(options, context);
    const limits = { maxLength, truncation: 'keep_start' } as const;
    const pairs = [];
    for await (const row of readPreferences(String(options.pairs)))
      pairs.push('dropped' in row ? row : pairTokens(loaded.tokenizer, row, limits));
    const rows = pairs.flatMap((pair) => ('dropped' in pair ? [] : [pair.chosen, pair.rejected]));
    const maxPositions = rows.reduce((most, row) => Math.max(most, row.ids.length), 1);
    const scorer = await createScorer(loaded.model, { weights: 'frozen', maxPositions });
    try {
      const logps = await scorer.score(rows.map((row) => row.ids));
      const sums = rows.map((row, i) => ({
        logp: sum(logps[i], Math.max(0, row.start - 1)),
        tokens: row.ids.length - row.start,
      }));
      let at = 0;
      const results = pairs.map((pair) => {
        if ('dropped' in pair) return pair;
        const [chosen, rejected] = [sums[at++], sums[at++]];
        return {
          chosen_logp: chosen.logp,
          rejected_logp: rejected.logp,
          chosen_tokens: chosen.tokens,
          rejected_tokens: rejected.tokens,
        };
      });
      return { results };
    } finally {
      await scorer.close();
    }
  },
});
