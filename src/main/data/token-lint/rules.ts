/** What is looked for in a pair's tokens: one entry a fault, each naming what was found and where. */
import { type Named, registry } from '../../base/registry.ts';
import { sharedPrefix } from '../batches.ts';
import { type LintContext, type LintedPair, SIDES, type Side } from './rows.ts';

export interface LintFinding {
  readonly side: Side | null;
  readonly message: string;
}

export interface LintRule extends Named {
  readonly title: string;
  /** What can be done about it. */
  readonly remedy: string;
  find(pair: LintedPair, context: LintContext): readonly LintFinding[];
}

const eachSide = (find: (side: Side) => string | null): LintFinding[] =>
  SIDES.flatMap((side) => {
    const message = find(side);
    return message === null ? [] : [{ side, message }];
  });

/** Whether the tokenizer itself puts a begin token before plain text: then the model was trained with one. */
const addsBegin = ({ tokenizer }: LintContext): boolean =>
  tokenizer.bosId !== null && tokenizer.encode('a').ids[0] === tokenizer.bosId;

const doubleBegin: LintRule = {
  id: 'double_bos',
  title: 'Two begin tokens',
  remedy: 'take it out of the texts, or out of the chat template where that writes it twice',
  find: ({ whole, example }, { tokenizer: { bosId, tokenOf } }) =>
    eachSide((side) => {
      const [first, second] = whole[side];
      if (bosId === null || first !== bosId || second !== bosId) return null;
      const from =
        typeof example.prompt === 'string'
          ? 'the text holds one, the tokenizer adds one'
          : 'the chat template writes both, or one before a message that has its own';
      return `the row begins with ${JSON.stringify(tokenOf(bosId))} twice: ${from}`;
    }),
};

const missingBegin: LintRule = {
  id: 'missing_bos',
  title: 'No begin token',
  remedy: 'let the chat template begin with {{ bos_token }}',
  find: ({ whole }, context) => {
    const { bosId, tokenOf } = context.tokenizer;
    if (bosId === null || !addsBegin(context)) return [];
    return eachSide((side) =>
      whole[side][0] === bosId
        ? null
        : `the row does not begin with ${JSON.stringify(tokenOf(bosId))}, which this tokenizer puts before plain text`,
    );
  },
};

/** Where the answers begin: what both sides' ids share with the prompt's. */
const answerOf = ({ prompt, whole }: LintedPair, side: Side): readonly number[] =>
  whole[side].slice(sharedPrefix(prompt, whole[side]));

const missingEnd: LintRule = {
  id: 'missing_eos',
  title: 'No end token',
  remedy:
    'let the chat template close answers with it, or name the token that does as eos_token (tokenizer_config.json) or eos_token_id (generation_config.json)',
  find: (pair, { endIds, tokenizer }) =>
    eachSide((side) => {
      if (answerOf(pair, side).some((id) => endIds.includes(id))) return null;
      const wanted =
        endIds.map((id) => JSON.stringify(tokenizer.tokenOf(id))).join(' or ') || 'an end token (none is known)';
      return `the answer holds no ${wanted}: the model does not learn to stop`;
    }),
};

const doubleEnd: LintRule = {
  id: 'double_eos',
  title: 'Two end tokens',
  remedy: 'take the earlier ones out of the answers',
  find: (pair, { endIds, tokenizer }) =>
    eachSide((side) => {
      const found = answerOf(pair, side).filter((id) => endIds.includes(id));
      // a conversation of several answers ends each of them
      const { [side]: answer } = pair.example;
      const turns = typeof answer === 'string' ? 1 : answer.length;
      if (found.length <= turns) return null;
      return `the answer holds ${found.length} end tokens (${found.map((id) => tokenizer.tokenOf(id)).join(' ')}); the first one ends it`;
    }),
};

const promptNotShared: LintRule = {
  id: 'prompt_not_shared',
  title: 'Prompt not shared',
  remedy:
    'move white space from the end of the prompt to the start of the answer, or let the template’s generation prompt be exactly what stands before an answer',
  find: ({ prompt, whole }, { tokenizer }) =>
    eachSide((side) => {
      const at = sharedPrefix(prompt, whole[side]);
      if (at >= prompt.length) return null;
      const around = (ids: readonly number[]) =>
        JSON.stringify(tokenizer.decode(ids.slice(Math.max(0, at - 2), at + 3)));
      return `its tokens part from the prompt's at ${at} of ${prompt.length}: ${around(prompt)} became ${around(whole[side])}`;
    }),
};

const identicalAnswers: LintRule = {
  id: 'identical_answers',
  title: 'Both answers are the same',
  remedy: 'leave such pairs out',
  find: ({ whole: { chosen, rejected } }) =>
    chosen.length === rejected.length && sharedPrefix(chosen, rejected) === chosen.length
      ? [{ side: null, message: 'chosen and rejected are the same tokens: the pair teaches nothing' }]
      : [],
};

const truncated: LintRule = {
  id: 'truncated',
  title: 'Cut off',
  remedy: 'raise max_length, or leave long rows out',
  find: ({ whole, tokens }, { limits }) => {
    if ('dropped' in tokens) return [{ side: null, message: `left out of training: ${tokens.dropped}` }];
    return eachSide((side) => {
      const { ids, start } = tokens[side];
      const lost = whole[side].length - ids.length;
      if (lost === 0) return null;
      const end = limits.truncation === 'keep_start' ? 'end' : 'beginning';
      const rest = ids.length - start;
      return `${lost} of ${whole[side].length} tokens are cut from its ${end} (max_length ${limits.maxLength}), ${rest} of the answer are left`;
    });
  },
};

export const lintRules = registry<LintRule>('lint rule', [
  doubleBegin,
  missingBegin,
  missingEnd,
  doubleEnd,
  promptNotShared,
  identicalAnswers,
  truncated,
]);

const TEMPLATE_REFUSES = 'change the roles or their order in the data, or use another chat template';

/** What was found, and what can be done about it. */
export function withRemedy(rule: string, message: string): string {
  const remedy = rule === 'template_refuses' ? TEMPLATE_REFUSES : lintRules.get(rule).remedy;
  return `${message}. What helps: ${remedy}`;
}
