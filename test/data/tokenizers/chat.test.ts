/** Chat templates: what they render, which errors are the template's own, and how a last message is continued. */
import { describe, expect, it } from 'vitest';
import { renderTemplate, TemplateRaised } from '../../../src/main/data/tokenizers/chat.ts';
import { formatDate } from '../../../src/main/data/tokenizers/format-date.ts';
import type { ChatMessage, ChatOptions } from '../../../src/main/data/tokenizers/tokenizer.ts';

const CHATML = `{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
`;
const STRICT = `{{ bos_token }}{% for m in messages %}
{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('roles must alternate, found ' ~ m.role) }}
{% endif %}
[{{ m.content | trim }}]{% endfor %}`;

const dialogue: ChatMessage[] = [
  { role: 'user', content: 'Hi {{ x }} <b>' },
  { role: 'assistant', content: ' yes \n' },
];
const render = (template: string, messages = dialogue, options: Partial<ChatOptions> = {}): string =>
  renderTemplate(template, messages, { addGenerationPrompt: false, ...options }).text;

describe('rendering', () => {
  it('puts messages in, escapes nothing, and opens the answer when asked', () => {
    const text = '<|im_start|>user\nHi {{ x }} <b><|im_end|>\n<|im_start|>assistant\n yes \n<|im_end|>\n';
    expect(render(CHATML)).toBe(text);
    expect(render(CHATML, dialogue, { addGenerationPrompt: true })).toBe(`${text}<|im_start|>assistant\n`);
  });

  it('trims blocks and takes variables; a missing one prints nothing', () => {
    expect(render(STRICT, dialogue, { variables: { bos_token: '<s>' } })).toBe('<s>[Hi {{ x }} <b>][yes]');
    expect(render(STRICT)).toBe('[Hi {{ x }} <b>][yes]');
  });

  it('strips the characters named, as Python does', () => {
    expect(
      render("{{ '\\n a\\n\\n'.strip('\\n') }}|{{ '--x-'.lstrip('-') }}|{{ 'xyyx'.rstrip('yx') }}|{{ ' s '.strip() }}"),
    ).toBe(' a|x-||s');
  });

  it('knows tools and documents as none, and drops null keys of messages', () => {
    expect(render("{{ 'none' if tools is none and documents is none else 'other' }}")).toBe('none');
    const nothing = JSON.parse('[{"role": "user", "content": null}]');
    expect(render("{{ 'there' if messages[0].content is defined else 'missing' }}", nothing)).toBe('missing');
    expect(render('{% for t in tools %}{{ t.name }}{% endfor %}', dialogue, { tools: [{ name: 'f' }] })).toBe('f');
  });
});

describe('errors', () => {
  it("are the template's own words when it raises", () => {
    const raise = () => render(STRICT, [{ role: 'narrator', content: '' }]);
    expect(raise).toThrow(TemplateRaised);
    expect(raise).toThrow(/^roles must alternate, found narrator$/);
  });

  it('say when the template does not parse or fails', () => {
    expect(() => render('{% for %}')).toThrow(/^the chat template does not parse: /);
    expect(() => render('{{ messages.nothing() }}')).toThrow(/^the chat template failed: /);
  });
});

describe('continuing the last message', () => {
  const continued = (template: string, content: string) =>
    render(template, [dialogue[0], { role: 'assistant', content }], { continueFinalMessage: true });

  it('ends right after its content', () => {
    expect(continued(CHATML, 'Roses are').endsWith('<|im_start|>assistant\nRoses are')).toBe(true);
    expect(continued(CHATML, 'Roses ').endsWith('Roses ')).toBe(true);
  });

  it('is trimmed where the template trims', () => {
    expect(continued(STRICT, 'Roses ').endsWith('[Roses')).toBe(true);
  });

  it('refuses a template that drops the message, and a generation prompt beside it', () => {
    expect(() => continued('{{ messages[0].content }}', 'Roses')).toThrow(/final message does not appear/);
    expect(() => render(CHATML, dialogue, { continueFinalMessage: true, addGenerationPrompt: true })).toThrow(
      /exclude each other/,
    );
  });
});

describe('dates', () => {
  it('are written as strftime writes them in English', () => {
    const date = new Date(2024, 6, 5, 15, 4, 9);
    expect(formatDate(date, '%d %b %Y | %B %-d, %y | %A %a | %H:%M:%S %I %p | %% %Q')).toBe(
      '05 Jul 2024 | July 5, 24 | Friday Fri | 15:04:09 03 PM | % %Q',
    );
  });
});
