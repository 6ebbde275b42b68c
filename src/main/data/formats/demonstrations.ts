/** Data for SFT: prompt and completion, one text, or one conversation. */

import { conversationAt, draft, type Format, isReadable, percentOf, restOf, shareWith, textAt } from './format.ts';
import { listIn } from './lists.ts';

export const promptCompletion: Format = {
  id: 'prompt-completion',
  title: 'Prompt and completion',
  kind: 'demonstrations',
  fields: ['prompt', 'completion'],
  mapping: { prompt: 'prompt', completion: 'completion' },
  sniff(records) {
    const share = shareWith(records, ['prompt', 'completion'], ['label']);
    return { score: 0.94 * share, reason: `${percentOf(share)} have prompt and completion` };
  },
  read: (record, mapping) => [
    draft({
      prompt: textAt(record, mapping.prompt, 'prompt'),
      completion: textAt(record, mapping.completion, 'completion'),
      metadata: restOf(record, Object.values(mapping)),
    }),
  ],
};

export const plainText: Format = {
  id: 'text',
  title: 'Text',
  kind: 'demonstrations',
  fields: ['text'],
  mapping: { text: 'text' },
  sniff(records) {
    const share = shareWith(records, ['text'], ['prompt', 'completion', 'messages']);
    return { score: 0.6 * share, reason: `${percentOf(share)} have text` };
  },
  read: (record, mapping) => [
    draft({
      prompt: '',
      completion: textAt(record, mapping.text, 'text'),
      metadata: restOf(record, Object.values(mapping)),
    }),
  ],
};

const isList = (value: unknown): boolean => Array.isArray(value) && isReadable(value);

export const messages: Format = {
  id: 'messages',
  title: 'Conversations',
  kind: 'demonstrations',
  fields: ['messages'],
  mapping: { messages: 'messages' },
  sniff(records) {
    const share =
      records.filter((r) => isList(listIn(r.messages)) && r.label === undefined).length / Math.max(1, records.length);
    return { score: 0.8 * share, reason: `${percentOf(share)} hold one conversation` };
  },
  read(record, mapping) {
    const metadata = restOf(record, Object.values(mapping));
    return [draft({ ...conversationAt(record, mapping.messages ?? 'messages'), metadata })];
  },
};

export const promptOnly: Format = {
  id: 'prompts',
  title: 'Prompts alone',
  kind: 'prompts',
  fields: ['prompt'],
  mapping: { prompt: 'prompt' },
  sniff(records) {
    // prompts beside steps or answers that no format reads are no prompts alone
    const share = shareWith(records, ['prompt'], ['completion', 'completions', 'chosen', 'rejected']);
    return { score: 0.5 * share, reason: `${percentOf(share)} have a prompt` };
  },
  read: (record, mapping) => [
    draft({ prompt: textAt(record, mapping.prompt, 'prompt'), metadata: restOf(record, Object.values(mapping)) }),
  ],
};
