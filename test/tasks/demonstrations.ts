/** Many demonstrations of a task with their gold, and the numbers that describe them. */
import { createRandom } from '../../src/main/base/random.ts';
import { mean, standardDeviation } from '../../src/main/base/statistics.ts';
import { correlation } from '../../src/main/base/statistics-correlation.ts';
import { pairText, type Quality, type Task } from '../../src/main/tasks/task.ts';

export function manyDemonstrations(task: Task, n = 20_000) {
  const random = createRandom('demonstrations');
  return task.prompts('train', n, 5).map((prompt) => {
    const { completion, quality } = task.demonstration(prompt, random);
    return { prompt, completion, quality, gold: task.gold(prompt, completion) };
  });
}

type Shown = ReturnType<typeof manyDemonstrations>;

/** Share and mean gold of one quality. */
export function qualityOf(shown: Shown, quality: Quality): { share: number; gold: number } {
  const own = shown.filter((d) => d.quality === quality);
  return { share: own.length / shown.length, gold: mean(own.map((d) => d.gold)) };
}

export function mixtureOf(shown: Shown) {
  const golds = shown.map((d) => d.gold);
  const lengths = shown.map((d) => d.completion.split(' ').length);
  return {
    mean: mean(golds),
    deviation: standardDeviation(golds),
    lengthCorrelation: correlation(golds, lengths),
    longest: Math.max(...lengths),
    shortest: Math.min(...lengths),
  };
}

/** Demonstrations that their own grammar does not know, and words that the vocabulary does not have. */
export function strangersOf(task: Task, shown: Shown): { strange: unknown[]; unknown: string[] } {
  const words = new Set(task.words());
  return {
    strange: shown.filter(({ prompt, completion }) => !task.onGrammar(prompt, completion)),
    unknown: shown
      .flatMap((d) => pairText(d.prompt, d.completion).trim().split(' '))
      .filter((word) => !words.has(word)),
  };
}
