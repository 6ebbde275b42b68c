/** Judges by a built-in task's gold reward, read back from the words. */
import { createRandom } from '../../base/random.ts';
import { pointOf } from '../win-rate.ts';
import { type JudgeDefinition, type JudgedAnswer, JudgeError } from './judge.ts';

/** Demonstrations for a prompt that the quality of its answers is measured against. */
const YARDSTICK = 60;

export const gold: JudgeDefinition = {
  id: 'gold',
  title: 'Gold reward of the built-in task',
  async open({ task, tie, seed }) {
    if (!task) throw new JudgeError('the gold judge needs a built-in task');
    const goldOf = ({ prompt, completion, ended }: JudgedAnswer): number =>
      task.gold(prompt, completion.trim(), { ended });
    const yardsticks = new Map<string, readonly number[]>();
    const yardstickOf = (prompt: string): readonly number[] => {
      const known = yardsticks.get(prompt);
      if (known) return known;
      const random = createRandom(`${seed}:${prompt}`);
      const golds = Array.from({ length: YARDSTICK }, () =>
        task.gold(prompt, task.demonstration(prompt, random).completion),
      );
      yardsticks.set(prompt, golds);
      return golds;
    };
    return {
      compare: async (first, second) => first.map((answer, i) => pointOf(goldOf(answer), goldOf(second[i]), tie)),
      score: async (answers) => answers.map(goldOf),
      quality: async (answers) =>
        answers.map((answer) => 1 + 4 * placeAmong(yardstickOf(answer.prompt), goldOf(answer))),
      close: async () => undefined,
    };
  },
};

/** Share of the values that differ from x which lie below it: 1 = none is better, 0 = none is worse, ½ when all are equal. */
export function placeAmong(values: readonly number[], x: number): number {
  const below = values.filter((value) => value < x).length;
  const above = values.filter((value) => value > x).length;
  return below + above === 0 ? 0.5 : below / (below + above);
}
