/** `plumb rewards`: how good a reward model finds texts or conversations. */
import type { Message } from '../data/examples.ts';
import { defineCommand, InputError } from './command.ts';
import { conversationsOf, readJsonInput, stringsOf } from './input-document.ts';
import { addAdapterOption, addModelOptions, openModel } from './model-options.ts';

export const rewards = defineCommand({
  id: 'rewards',
  summary: 'Scores of texts or conversations by a reward model.',
  examples: [
    'plumb rewards --model ./my-reward-model --input texts.json --json -',
    'plumb rewards --model helpful-rm --input conversations.json',
  ],
  configure(command) {
    addModelOptions(command);
    addAdapterOption(command);
    command.requiredOption('--input <file>', '{"texts": […]} or {"conversations": [[{"role", "content"}…]…]}');
  },
  async run(_args, options, context) {
    const { createRewardScorer } = await import('../evaluate/reward-scoring.ts');
    const { conversationIds } = await import('../data/batches.ts');
    const document = readJsonInput(String(options.input));
    const { model, tokenizer } = await openModel(options, context, 'score');
    const sequences =
      document.conversations === undefined
        ? stringsOf(document, 'texts').map((text) => tokenizer.encode(text).ids)
        : conversationsOf<Message>(document).map((messages) => conversationIds(tokenizer, messages));
    sequences.forEach((ids, row) => {
      if (ids.length === 0) throw new InputError(`row ${row} has no tokens: a model needs at least one`);
    });
    if (sequences.length === 0) return { results: [] };
    const maxPositions = sequences.reduce((most, ids) => Math.max(most, ids.length), 1);
    const scorer = await createRewardScorer(model, { weights: 'frozen', maxPositions });
    try {
      const scores = await scorer.scores(sequences);
      return { results: Array.from(scores, (score) => ({ score })) };
    } finally {
      await scorer.close();
    }
  },
  show({ results }: { results: readonly { score: number }[] }, { print }) {
    for (const { score } of results) print(score.toFixed(6));
  },
});
