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
  find: ({ whole }, { tokenizer: { bosId, tokenOf } }) =>
    eachSide((side) => {
      const [first, second] = whole[side];
      if (bosId === null || first !== bosId || second !== bosId) return null;
      return `the row begins with ${JSON.stringify(tokenOf(bosId))} twice: the text holds one, the tokenizer adds one`;
    }),
};

const missingBegin: LintRule = {
  id: 'missing_bos',
  title: 'No begin token',
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
  find: ({ whole: { chosen, rejected } }) =>
    chosen.length === rejected.length && sharedPrefix(chosen, rejected) === chosen.length
      ? [{ side: null, message: 'chosen and rejected are the same tokens: the pair teaches nothing' }]
      : [],
};

const truncated: LintRule = {
  id: 'truncated',
  title: 'Cut off',
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
