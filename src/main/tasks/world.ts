/** What every templated world derives from its prompt space and its gold parts. */
import { drawPrompts, type PromptSpace } from './prompt-space.ts';
import { vocabularyOf } from './sentences.ts';
import { type Task, totalGold } from './task.ts';

export interface World extends Omit<Task, 'distinctPrompts' | 'prompts' | 'gold' | 'words'> {
  readonly space: PromptSpace;
  /** Texts that together hold every word of the world. */
  phrases(): readonly string[];
}

/** The task of a world: prompts drawn from its space, gold summed from its parts, words read from its phrases. */
export function worldTask({ space, phrases, ...world }: World): Task {
  return {
    ...world,
    distinctPrompts: space.size,
    prompts: (split, n, seed) => drawPrompts(space, split, n, seed),
    gold: (prompt, completion, options) => totalGold(world.goldParts(prompt, completion, options)),
    words: () => vocabularyOf([...phrases()]),
  };
}
