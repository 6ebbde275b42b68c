/** Larger checks on files that are not part of this project; skipped where the shared folder is absent. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bpeTokenizerJson, trainBpe } from '../../../src/main/data/tokenizers/bpe-trainer.ts';
import { createTokenizer } from '../../../src/main/data/tokenizers/huggingface.ts';
import { loadTokenizer } from '../../../src/main/data/tokenizers/index.ts';
import type { ChatMessage } from '../../../src/main/data/tokenizers/tokenizer.ts';

const shared = process.env.PLUMB_SHARED ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));
const json = (path: string) => JSON.parse(readFileSync(join(shared, path), 'utf8'));
const lines = (path: string): string[] => readFileSync(join(shared, path), 'utf8').trimEnd().split('\n');

describe.skipIf(!existsSync(join(shared, 'data/tokenizers')))('tokenizers of real models', () => {
  it('GPT-2: 11378 ids of a source file', () => {
    // the file also holds tokens for runs of blanks that GPT-2 itself does not know
    const tokenizer = createTokenizer({
      tokenizer: { ...json('data/tokenizers/gpt2_tokenizer.json'), added_tokens: [] },
      config: {},
      template: null,
    });
    const text = readFileSync(join(shared, 'data/tokenizers/gpt2_oracle/lib.rs.txt'), 'utf8');
    const { ids } = tokenizer.encode(text);
    expect(ids).toEqual(json('data/tokenizers/gpt2_oracle/tokens_gpt2.json'));
    expect(tokenizer.decode(ids)).toBe(text);
  });

  it('CS336: the reference merges and vocabulary', () => {
    const corpus = readFileSync(join(shared, 'data/tokenizers/cs336_bpe_train/corpus.en'), 'utf8');
    const trained = trainBpe([corpus], {
      vocabularySize: 500,
      specialTokens: ['<|endoftext|>'],
      tieRule: 'greatest-bytes',
    });
    expect(trained.merges.map((pair) => pair.join(' '))).toEqual(
      lines('data/tokenizers/cs336_bpe_train/train-bpe-reference-merges.txt'),
    );
    const wanted = json('data/tokenizers/cs336_bpe_train/train-bpe-reference-vocab.json');
    expect(new Set(trained.vocabulary.keys())).toEqual(new Set(Object.keys(wanted)));
  });
});

describe.skipIf(!existsSync(join(shared, 'fixtures/tokenizers/bpe_train')))('the tokenizers library’s trainer', () => {
  it.each([512, 2048])('%i tokens: merges, vocabulary and ids', (vocabularySize) => {
    const texts = lines('data/corpora/tinystories_ascii.jsonl')
      .slice(0, 300)
      .map((line) => JSON.parse(line).text as string);
    const specialTokens = ['<|endoftext|>'];
    const trained = trainBpe(texts, { vocabularySize, specialTokens });
    expect(trained.merges.map((pair) => pair.join(' '))).toEqual(
      lines(`fixtures/tokenizers/bpe_train/merges-${vocabularySize}.txt`),
    );
    expect(Object.fromEntries(trained.vocabulary)).toEqual(
      json(`fixtures/tokenizers/bpe_train/vocab-${vocabularySize}.json`),
    );
    const file = json(`fixtures/tokenizers/bpe_train/tokenizer-${vocabularySize}.json`);
    expect((bpeTokenizerJson(trained, specialTokens).model as { vocab: unknown }).vocab).toEqual(file.model.vocab);
  });
});

interface ChatCase {
  readonly template: string;
  readonly conversation: string;
  readonly add_generation_prompt: boolean;
  readonly continue_final_message?: boolean;
  readonly text?: string;
  readonly ids?: number[];
  readonly error?: string;
}

const chatFile = 'fixtures/chat/expected.json';
const chat = existsSync(join(shared, chatFile)) ? json(chatFile) : { templates: {}, conversations: {}, cases: [] };
// left out: one template of all of Jinja, and tools, whose 1.0 JSON.parse turns into 1
const templates = Object.keys(chat.templates).filter((name) => name !== 'jinja-features');

describe.skipIf(templates.length === 0)('chat templates of real models', () => {
  it.each(templates.length > 0 ? templates : ['(none)'])('%s: text, ids and errors', (name) => {
    const { template, tokenizer_file: file, ...rest } = chat.templates[name];
    const tokenizer = loadTokenizer(join(shared, 'fixtures', file));
    const variables = Object.fromEntries(Object.entries(rest).filter(([key]) => key.endsWith('_token')));
    const cases: ChatCase[] = chat.cases.filter(
      (c: ChatCase) => c.template === name && !chat.conversations[c.conversation].tools,
    );
    expect(cases.length).toBeGreaterThan(20);
    for (const wanted of cases) {
      const messages: ChatMessage[] = chat.conversations[wanted.conversation].messages;
      const render = () =>
        tokenizer.renderChat(messages, {
          addGenerationPrompt: wanted.add_generation_prompt,
          continueFinalMessage: wanted.continue_final_message,
          template,
          variables,
        });
      if (wanted.error !== undefined) {
        expect(render).toThrow(wanted.error);
        continue;
      }
      expect(render()).toBe(wanted.text);
      if (wanted.ids) expect(tokenizer.encode(render(), { addSpecialTokens: false }).ids).toEqual(wanted.ids);
    }
  });
});
