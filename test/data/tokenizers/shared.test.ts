/** Larger checks on files that are not part of this project; skipped where the shared folder is absent. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bpeTokenizerJson, trainBpe } from '../../../src/main/data/tokenizers/bpe-trainer.ts';
import { TemplateRaised } from '../../../src/main/data/tokenizers/chat.ts';
import { createTokenizer } from '../../../src/main/data/tokenizers/huggingface.ts';
import { loadTokenizer } from '../../../src/main/data/tokenizers/index.ts';
import { Exact, readJson } from '../../../src/main/data/tokenizers/jinja/json.ts';
import { Dict, isList, type Value } from '../../../src/main/data/tokenizers/jinja/values.ts';
import { type Encoding, TokenizerError } from '../../../src/main/data/tokenizers/tokenizer.ts';

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

const chatFile = 'fixtures/chat/expected.json';
/** As Python reads it: an enum of the tools holds 1.0. */
const chat = existsSync(join(shared, chatFile)) ? readJson(readFileSync(join(shared, chatFile), 'utf8')) : new Dict();
const at = (value: Value, ...path: string[]): Value =>
  path.reduce<Value>((inner, key) => (inner instanceof Dict ? (inner.get(key) ?? null) : null), value);
const listAt = (value: Value, ...path: string[]): readonly Value[] => {
  const found = at(value, ...path);
  return isList(found) ? found : [];
};
const exactEntries = (value: Value): Record<string, Exact> =>
  value instanceof Dict
    ? Object.fromEntries(Array.from(value.entries(), ([key, each]) => [String(key), new Exact(each)]))
    : {};
const templates = [...((at(chat, 'templates') as Dict | null)?.keys() ?? [])].map(String);

/** One 0 or 1 per token, by the characters of `{% generation %}` blocks. */
const maskOf = ({ ids, offsets }: Encoding, generated: readonly (readonly [number, number])[]): number[] =>
  ids.map((_, i) => (generated.some(([start, end]) => offsets[i][0] < end && offsets[i][1] > start) ? 1 : 0));

describe.skipIf(templates.length === 0)('chat templates of real models', () => {
  it.each(templates.length > 0 ? templates : ['(none)'])('%s: text, ids, masks and errors', (name) => {
    const source = at(chat, 'templates', name);
    const template = String(at(source, 'template'));
    const tokenizer = loadTokenizer(join(shared, 'fixtures', String(at(source, 'tokenizer_file'))));
    const tokens = Object.entries(exactEntries(source)).filter(([key]) => key.endsWith('_token'));
    const cases = listAt(chat, 'cases').filter((each) => at(each, 'template') === name);
    expect(cases.length).toBe(35);
    for (const wanted of cases) {
      const conversation = at(chat, 'conversations', String(at(wanted, 'conversation')));
      const tools = at(conversation, 'tools');
      const render = () =>
        tokenizer.renderMarked(
          listAt(conversation, 'messages').map((message) => new Exact(message)),
          {
            addGenerationPrompt: at(wanted, 'add_generation_prompt') === true,
            continueFinalMessage: at(wanted, 'continue_final_message') === true,
            template,
            variables: { ...Object.fromEntries(tokens), ...exactEntries(at(conversation, 'kwargs')) },
            ...(tools === null ? {} : { tools: new Exact(tools) }),
          },
        );
      const kind = at(wanted, 'error_kind');
      if (kind !== null) {
        if (kind === 'template') expect(render).toThrow(TemplateRaised);
        if (kind === 'template' || kind === 'caller') expect(render).toThrow(String(at(wanted, 'error')));
        else expect(render).toThrow(TokenizerError);
        continue;
      }
      const { text, generated } = render();
      expect(text).toBe(at(wanted, 'text'));
      const encoding = tokenizer.encode(text, { addSpecialTokens: false });
      expect(encoding.ids).toEqual(listAt(wanted, 'ids').map(Number));
      if (at(wanted, 'assistant_mask') !== null)
        expect(maskOf(encoding, generated)).toEqual(listAt(wanted, 'assistant_mask').map(Number));
    }
  });
});
