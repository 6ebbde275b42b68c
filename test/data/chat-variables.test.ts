/** TRL's columns `tools` and `chat_template_kwargs`: which rows have them, what is refused, and what plain text makes of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  chatVariables,
  demonstrationExample,
  preferenceExample,
  promptExample,
  unpairedExamples,
} from '../../src/main/data/examples.ts';
import { readRecords } from '../../src/main/data/records.ts';
import { renderTemplate } from '../../src/main/data/tokenizers/chat.ts';
import { loadTokenizer } from '../../src/main/data/tokenizers/index.ts';
import type { ChatMessage } from '../../src/main/data/tokenizers/tokenizer.ts';

const tokenizer = loadTokenizer(fileURLToPath(new URL('../golden/tokenizers/byte-bpe.json', import.meta.url)));

const TOOL = { type: 'function', function: { name: 'weather' } };
const record = (value: Record<string, unknown>) => ({ value, line: 3, row: 2 });
const found = (value: Record<string, unknown>) => chatVariables('rows.jsonl', record(value));

describe('variables of a row', () => {
  it('are tools as a list or as JSON text, and options of the template', () => {
    expect(found({ tools: [TOOL] })).toEqual({ tools: [TOOL] });
    expect(found({ tools: JSON.stringify([TOOL]) })).toEqual({ tools: [TOOL] });
    expect(found({ chat_template_kwargs: { enable_thinking: false } })).toEqual({
      variables: { enable_thinking: false },
    });
    expect(found({ tools: [TOOL], chat_template_kwargs: { a: 1 } })).toEqual({ tools: [TOOL], variables: { a: 1 } });
  });
  it('keep the floats of JSON text for the template', () => {
    const chat = found({ tools: '[{"enum": [1.0, 1e-07, 1]}]' });
    expect(renderTemplate('{{ tools|tojson }}', [], { addGenerationPrompt: false, ...chat }).text).toBe(
      '[{"enum": [1.0, 1e-07, 1]}]',
    );
  });
  it('are none where a row has none, as null or as an empty list', () => {
    for (const value of [{}, { tools: null, chat_template_kwargs: null }, { tools: [] }, { tools: 'null' }])
      expect(found(value)).toBeUndefined();
  });
  it.each([
    [{ tools: 'no json' }, 'rows.jsonl:3: "tools" must be a list of tools or its JSON text, found "no json"'],
    [{ tools: { name: 'x' } }, '"tools" must be a list'],
    [{ chat_template_kwargs: 'x' }, '"chat_template_kwargs" must be an object, found "x"'],
    [
      { chat_template_kwargs: { add_generation_prompt: true } },
      'sets "add_generation_prompt", which a row cannot decide',
    ],
  ])('refuse %j', (value, message) => {
    expect(() => found(value)).toThrow(message);
  });
});

it.each([
  ['rows.jsonl', (row: string) => `${row}\n`],
  ['rows.json', (row: string) => `[${row}]`],
])('keep the floats of the columns of %s', async (name, fileOf) => {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-chat-variables-'));
  try {
    const path = join(folder, name);
    writeFileSync(
      path,
      fileOf(
        '{"prompt": [{"role": "user", "content": "a", "tool_calls": [{"n": 2.0}]}], "tools": [{"d": 1.0, "2": 1, "1": 1}], "chat_template_kwargs": {"k": 3.0}}',
      ),
    );
    const template = '{{ tools|tojson }} {{ k }} {{ messages[0].tool_calls }}';
    for await (const row of readRecords(path)) {
      const messages = promptExample(path, row) as readonly ChatMessage[];
      const options = { addGenerationPrompt: false, template, ...chatVariables(path, row) };
      expect(tokenizer.renderChat(messages, options)).toBe('[{"d": 1.0, "2": 1, "1": 1}] 3.0 [{\'n\': 2.0}]');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('go with every kind of example, both answers of a pair alike', () => {
  const chat = { variables: { style: 'short' } };
  const turn = (content: string) => [{ role: 'user', content }];
  const kwargs = { chat_template_kwargs: { style: 'short' } };
  const pair = record({ prompt: turn('a'), chosen: turn('b'), rejected: turn('c'), ...kwargs });
  expect(preferenceExample('f', pair).chat).toEqual(chat);
  expect(preferenceExample('f', record({ chosen: turn('b'), rejected: turn('c'), ...kwargs })).chat).toEqual(chat);
  expect(unpairedExamples('f', pair).map((row) => row.chat)).toEqual([chat, chat]);
  expect(demonstrationExample('f', record({ messages: turn('a'), ...kwargs })).chat).toEqual(chat);
  expect(demonstrationExample('f', pair).chat).toEqual(chat);
});
