/** The language of chat templates as Jinja2 speaks it: scopes, what is undefined, loops that are left, and what is printed. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderTemplate } from '../../../src/main/data/tokenizers/chat.ts';

interface Golden {
  readonly conversations: readonly { role: string; content: string }[][];
  readonly cases: readonly {
    readonly name: string;
    readonly add_generation_prompt: boolean;
    readonly template: string;
    readonly out: readonly { readonly text?: string }[];
  }[];
}

const { conversations, cases }: Golden = JSON.parse(
  readFileSync(new URL('../../golden/tokenizers/chat-language.json', import.meta.url), 'utf8'),
);

describe.each(cases)('$name, generation prompt $add_generation_prompt', ({ template, add_generation_prompt, out }) => {
  it.each(out.map((expected, i) => [i, expected] as const))('conversation %i', (i, { text }) => {
    const render = () =>
      renderTemplate(template, conversations[i], {
        addGenerationPrompt: add_generation_prompt,
        variables: { bos_token: '<s>', eos_token: '</s>' },
      }).text;
    if (text === undefined) expect(render).toThrow();
    else expect(render()).toBe(text);
  });
});

it('says what is undefined', () => {
  expect(() => renderTemplate('{{ nothing.x }}', conversations[0], { addGenerationPrompt: false })).toThrow(
    "the chat template failed: 'nothing' is undefined",
  );
});
