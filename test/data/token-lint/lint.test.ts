/** The lint of preference pairs' tokens, on real tokenizers: each fault made on purpose, and pairs without one. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { PreferenceExample } from '../../../src/main/data/examples.ts';
import { createLint, type LintContext, lintPair } from '../../../src/main/data/token-lint/index.ts';
import { templateFault } from '../../../src/main/data/token-lint/template.ts';
import { loadTokenizer } from '../../../src/main/data/tokenizers/index.ts';
import type { Tokenizer } from '../../../src/main/data/tokenizers/tokenizer.ts';

const golden = (path: string) => loadTokenizer(fileURLToPath(new URL(`../../golden/${path}`, import.meta.url)));
/** Byte-level, adds no begin token, ends with <|endoftext|>. */
const plain = golden('models/llama/tokenizer.json');
/** Puts <s> before plain text; its configuration, which names the tokens, is told here. */
const spm = golden('tokenizers/spm-bpe-prefix.json');
const begins: Tokenizer = { ...spm, bosId: spm.idOf('<s>'), eosId: spm.idOf('</s>'), eosToken: '</s>' };

const CHATML =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/** The same tokenizer with another chat template. */
const withTemplate = (tokenizer: Tokenizer, template: string): Tokenizer => ({
  ...tokenizer,
  chatTemplate: template,
  renderChat: (messages, options) => tokenizer.renderChat(messages, { ...options, template }),
});

const endsOf = (tokenizer: Tokenizer) => (tokenizer.eosId === null ? [] : [tokenizer.eosId]);
const contextOf = (tokenizer: Tokenizer, changes: Partial<LintContext> = {}): LintContext => ({
  tokenizer,
  endIds: endsOf(tokenizer),
  limits: { maxLength: null, truncation: 'keep_start' },
  ...changes,
});
const rulesOf = (example: PreferenceExample, context: LintContext) =>
  lintPair(example, context).findings.map(({ rule, side }) => (side ? `${rule} ${side}` : rule));

const pair = { prompt: 'Name a fruit:', chosen: ' An apple.', rejected: ' A stone.' };

describe('a pair', () => {
  it('without fault: the tokens are those that are trained on', () => {
    const { findings, tokens } = lintPair(pair, contextOf(plain));
    expect(findings).toEqual([]);
    const text = tokens?.chosen.map(({ id }) => id) ?? [];
    expect(plain.decode(text)).toBe(`Name a fruit: An apple.${plain.eosToken}`);
    const scored = tokens?.chosen.filter((t) => t.scored).map(({ id }) => id) ?? [];
    expect(plain.decode(scored)).toBe(` An apple.${plain.eosToken}`);
  });

  it('begins twice when the text brings the begin token that the tokenizer adds', () => {
    const bos = begins.tokenOf(begins.bosId ?? -1);
    expect(rulesOf({ ...pair, prompt: `${bos}Name a fruit:` }, contextOf(begins))).toEqual([
      'double_bos chosen',
      'double_bos rejected',
    ]);
  });

  it('does not begin where a template forgets the begin token', () => {
    const chat = withTemplate(begins, `{% for m in messages %}{{ m.content }}{{ '${begins.eosToken}' }}{% endfor %}`);
    const messages = (content: string, role = 'assistant') => [{ role, content }];
    const example = {
      prompt: messages('Name a fruit', 'user'),
      chosen: messages('Apple'),
      rejected: messages('Stone'),
    };
    expect(rulesOf(example, contextOf(chat))).toContain('missing_bos chosen');
  });

  it('does not end when the end token is not the one generation stops at', () => {
    const context = contextOf(plain, { endIds: [plain.idOf('a') ?? -1] });
    expect(rulesOf({ ...pair, chosen: ' No.' }, context)).toContain('missing_eos chosen');
  });

  it('ends twice when the answer brings an end token of its own, and white space behind it', () => {
    const example = { ...pair, chosen: ` An apple.${plain.eosToken}\n` };
    expect(rulesOf(example, contextOf(plain))).toEqual(['double_eos chosen']);
    // right at the end it is the one that would have been added
    expect(rulesOf({ ...pair, chosen: ` An apple.${plain.eosToken}` }, contextOf(plain))).toEqual([]);
  });

  it('shares no prompt where tokens run over its end', () => {
    const found = lintPair({ prompt: 'th', chosen: 'e end', rejected: 'at end' }, contextOf(plain)).findings;
    expect(found.map((f) => f.rule)).toContain('prompt_not_shared');
    expect(found.find((f) => f.rule === 'prompt_not_shared')?.message).toMatch(
      /^its tokens part from the prompt's at 1 of 2: /,
    );
  });

  it('teaches nothing when both answers are the same', () => {
    expect(rulesOf({ ...pair, rejected: pair.chosen }, contextOf(plain))).toEqual(['identical_answers']);
  });

  it('is cut, at the end asked for, or left out', () => {
    const whole = plain.encode(`${pair.prompt}${pair.chosen}${plain.eosToken}`).ids.length;
    const at = (maxLength: number, truncation: 'keep_start' | 'keep_end' = 'keep_start') =>
      lintPair(pair, contextOf(plain, { limits: { maxLength, truncation } })).findings.filter(
        (f) => f.side !== 'rejected',
      );
    expect(at(whole)).toEqual([]);
    expect(at(whole - 2)[0].message).toBe(
      `2 of ${whole} tokens are cut from its end (max_length ${whole - 2}), ${whole - 2 - plain.encode(pair.prompt).ids.length} of the answer are left`,
    );
    expect(at(whole - 1, 'keep_end')[0].message).toContain('cut from its beginning');
    expect(at(2)[0].message).toMatch(/^left out of training: the prompt alone has \d+ tokens; max_length is 2$/);
  });

  it('is reported, not thrown, when the template refuses its roles', () => {
    const strict = withTemplate(plain, "{{ raise_exception('roles must alternate') }}");
    const chat = [{ role: 'user', content: 'x' }];
    const lint = lintPair({ prompt: chat, chosen: chat, rejected: chat }, contextOf(strict));
    expect(lint).toEqual({
      findings: [{ rule: 'template_refuses', side: null, message: 'roles must alternate' }],
      tokens: null,
    });
  });
});

describe('a chat template', () => {
  it('must close answers with a token that is one, and that ends completions', () => {
    const fault = (template: string, endIds = endsOf(plain)) => templateFault(withTemplate(plain, template), endIds);
    expect(fault(`{% for m in messages %}{{ m.content }}{{ '${plain.eosToken}' }}{% endfor %}`)).toBeNull();
    expect(fault('{% for m in messages %}{{ m.content }}{% endfor %}')).toMatch(/writes nothing after an answer/);
    expect(fault('{{ messages[0].content }}')).toMatch(/^the chat template leaves the answer out: let it write/);
    expect(fault(CHATML.replaceAll('im_end', 'stop_here'))).toMatch(
      /no special token of this tokenizer but \d+ ordinary/,
    );
    expect(fault(`{% for m in messages %}{{ m.content }}{{ '${plain.eosToken}' }}{% endfor %}`, [])).toMatch(
      /none of the tokens that end a completion \(none\)/,
    );
    expect(templateFault({ ...plain, chatTemplate: null }, [])).toBeNull();
  });
});

it('a file is summed up by rule, with the first pair of each', () => {
  const lint = createLint(contextOf(plain));
  lint.add(pair);
  lint.add({ ...pair, rejected: pair.chosen });
  lint.add({ ...pair, rejected: pair.chosen });
  expect(lint.summary()).toMatchObject({
    pairs: 3,
    clean: 1,
    rules: {
      identical_answers: {
        pairs: 2,
        first: 2,
        message: 'chosen and rejected are the same tokens: the pair teaches nothing. What helps: leave such pairs out',
      },
    },
  });
});
