/** `plumb logits`: what a model predicts after each token of given texts. */
import { defineCommand, InputError } from './command.ts';
import { readJsonInput, stringsOf, tokenIdsOf } from './input-document.ts';
import { addAdapterOption, addModelOptions, openModel } from './model-options.ts';

export const logits = defineCommand({
  id: 'logits',
  summary: 'Next-token log-probabilities and last logits of texts.',
  examples: ['plumb logits --model ./my-model --input texts.json --json out.json'],
  configure(command) {
    addModelOptions(command);
    addAdapterOption(command);
    command.requiredOption('--input <file>', '{"texts": […]} or {"input_ids": [[…]]}');
  },
  async run(_args, options, context) {
    const { createScorer } = await import('../evaluate/scoring.ts');
    const document = readJsonInput(String(options.input));
    const loaded = await openModel(options, context);
    const sequences =
      document.input_ids === undefined
        ? stringsOf(document, 'texts').map((text) => loaded.tokenizer.encode(text).ids)
        : tokenIdsOf(document, loaded.model.config.vocabulary);
    sequences.forEach((ids, row) => {
      if (ids.length === 0) throw new InputError(`text ${row} has no tokens: a model needs at least one`);
    });
    if (sequences.length === 0) return { results: [] };
    const maxPositions = sequences.reduce((most, ids) => Math.max(most, ids.length), 1);
    const scorer = await createScorer(loaded.model, { weights: 'frozen', maxPositions });
    try {
      const logps = await scorer.score(sequences);
      const last = await scorer.lastLogits(sequences);
      return {
        results: sequences.map((ids, i) => ({
          input_ids: ids,
          next_token_logps: Array.from(logps[i]),
          last_logits: Array.from(last[i]),
        })),
      };
    } finally {
      await scorer.close();
    }
  },
});
