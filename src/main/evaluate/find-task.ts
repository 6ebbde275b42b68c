/** Which built-in task a comparison is about, when nobody said so: the one whose every word the models know, or whose prompts were given. */
import type { TextOrChat } from '../data/examples.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { tasks } from '../tasks/index.ts';
import { PromptError, SEPARATOR, type Task } from '../tasks/task.ts';

/** The task whose words are one token each; the built-in models know one world alone. */
export const taskOfTokenizer = (tokenizer: Tokenizer): Task | undefined =>
  tasks.all.find((task) => {
    const words = task.words();
    const { ids } = tokenizer.encode(words.map((word) => SEPARATOR + word).join(''), { addSpecialTokens: false });
    return ids.length === words.length && !ids.includes(tokenizer.unkId ?? -1);
  });

/** The task that can read all the prompts. */
export const taskOfPrompts = (prompts: readonly TextOrChat[]): Task | undefined =>
  tasks.all.find(
    (task) => prompts.length > 0 && prompts.every((prompt) => typeof prompt === 'string' && reads(task, prompt)),
  );

function reads(task: Task, prompt: string): boolean {
  try {
    task.gold(prompt, '');
    return true;
  } catch (error) {
    if (error instanceof PromptError) return false;
    throw error;
  }
}
