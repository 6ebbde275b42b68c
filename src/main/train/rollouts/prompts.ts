/** Prompts that policies answer while they train: of a dataset, or of a built-in task. */
import { promptIds } from '../../data/batches.ts';
import { type ChatVariables, chatVariables, promptExample, type TextOrChat } from '../../data/examples.ts';
import type { Tokenizer } from '../../data/tokenizers/tokenizer.ts';
import { isDropped, trainingRecords } from '../../data/training-records.ts';
import { tasks } from '../../tasks/index.ts';
import type { Split } from '../../tasks/task.ts';
import { ConfigError } from '../config.ts';

export interface Prompt {
  readonly text: string;
  readonly ids: readonly number[];
}

export interface PromptSource {
  /** A file, resolved; wins over the task. */
  readonly path?: string;
  readonly task?: string;
  readonly split: Split;
  /** How many of a task's prompts. */
  readonly count: number;
  readonly seed: number;
}

const asText = (prompt: TextOrChat): string =>
  typeof prompt === 'string' ? prompt : prompt.map(({ role, content }) => `${role}: ${content}`).join('\n');

/** Token ids of every prompt; those that are empty or leave no room for an answer are dropped and counted. */
export async function readPrompts(
  tokenizer: Tokenizer,
  source: PromptSource,
  maxPromptTokens: number | null,
): Promise<{ prompts: Prompt[]; dropped: number }> {
  const found = await listPrompts(source);
  const tokenised = found.map(({ prompt, chat }) => ({
    text: asText(prompt),
    ids: promptIds(tokenizer, prompt, chat),
  }));
  const prompts = tokenised.filter(({ ids }) => ids.length > 0 && ids.length <= (maxPromptTokens ?? ids.length));
  return { prompts, dropped: found.length - prompts.length };
}

interface SourcePrompt {
  readonly prompt: TextOrChat;
  readonly chat?: ChatVariables;
}

async function listPrompts({ path, task, split, count, seed }: PromptSource): Promise<SourcePrompt[]> {
  if (path !== undefined) {
    const prompts: SourcePrompt[] = [];
    for await (const record of trainingRecords(path))
      if (!isDropped(record)) prompts.push({ prompt: promptExample(path, record), chat: chatVariables(path, record) });
    return prompts;
  }
  if (task !== undefined)
    return tasks
      .get(task)
      .prompts(split, count, seed)
      .map((prompt) => ({ prompt }));
  throw new ConfigError(
    'prompts are needed: set "dataset" to a file with a "prompt" column, or "task" to a built-in task',
  );
}
