/** TRL's columns `tools` and `chat_template_kwargs`: which rows have them, what is refused, and what plain text makes of them. */
import { describe, expect, it } from 'vitest';
import {
  chatVariables,
  demonstrationExample,
  preferenceExample,
  unpairedExamples,
} from '../../src/main/data/examples.ts';

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
