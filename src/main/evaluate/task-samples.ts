/** Answers of a model to a built-in task's prompts, with their gold reward. */
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { SEPARATOR, type Task } from '../tasks/task.ts';
import { type Answer, type Answerer, answerPrompts, type SampleOptions } from './answers.ts';

export interface TaskAnswer extends Answer {
  readonly prompt: string;
  readonly gold: number;
  readonly onGrammar: boolean;
}

/** Limit of an answer in tokens: 1 a word for the built-in models, more for a tokenizer that cuts the world's words. */
export function answerLimit(task: Task, tokenizer: Tokenizer): number {
  const words = task.words();
  const text = words.map((word) => SEPARATOR + word).join('');
  const tokens = tokenizer.encode(text, { addSpecialTokens: false }).ids.length;
  return Math.ceil(task.maxCompletionTokens * Math.max(1, tokens / words.length));
}

/** One answer a prompt, in their order; the stream of each prompt depends on its place and the seed alone. */
export async function answerTask(
  task: Task,
  answerer: Answerer,
  prompts: readonly string[],
  options: SampleOptions,
): Promise<TaskAnswer[]> {
  const answers = await answerPrompts(answerer, prompts, answerLimit(task, answerer.tokenizer), options);
  return answers.map((answer, i) => goldAnswer(task, prompts[i], answer));
}

export function goldAnswer(task: Task, prompt: string, answer: Answer): TaskAnswer {
  const { ended } = answer;
  const text = answer.completion.trim();
  return {
    ...answer,
    prompt,
    gold: task.gold(prompt, text, { ended }),
    onGrammar: task.onGrammar(prompt, text, { ended }),
  };
}
