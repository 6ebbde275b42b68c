/** How likely a model finds fixed strings behind a prompt, counted as the runs' own probes are. */
import type { z } from 'zod';
import type { probeAnswers } from '../../../../preload/contract/generations.ts';
import { sum } from '../../../base/statistics.ts';
import type { TextOrChat } from '../../../data/examples.ts';
import { probeIds } from '../../../train/diagnostics/probes.ts';
import { beginningIds } from '../prompt-ids.ts';
import { finite } from '../shown.ts';
import type { ModelSource, Work, WorkContext } from '../work.ts';
import { languageOnly } from './run.ts';

export interface ProbesWork {
  readonly model: ModelSource;
  readonly prompt: TextOrChat;
  readonly probes: readonly string[];
}

export const probes = {
  id: 'probes',
  run: ({ model, prompt, probes }: ProbesWork, { shelf }: WorkContext): Promise<z.output<typeof probeAnswers>> =>
    shelf.use(model, async ({ loaded, scorer }) => {
      languageOnly(loaded.model.head);
      const ids = beginningIds(loaded.tokenizer, prompt);
      const answers = probes.map((probe) => probeIds(loaded, probe));
      const open = await scorer(ids.length + Math.max(1, ...answers.map(({ length }) => length)));
      const found = await open.score(answers.map((answer) => [...ids, ...answer]));
      return found.map((logps, i) => ({ logp: finite(sum(logps, ids.length - 1)), tokens: answers[i].length }));
    }),
} satisfies Work;
