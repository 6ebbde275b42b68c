/** Lint of a preference file's tokens: each pair's findings, and how often each fault was found. */
import type { PreferenceExample } from '../examples.ts';
import { TokenizerError } from '../tokenizers/tokenizer.ts';
import { type LintContext, linted, type PreviewToken, previewOf, type Side } from './rows.ts';
import { type LintFinding, lintRules, withRemedy } from './rules.ts';
import { templateFault } from './template.ts';

export type { LintContext, PreviewToken, Side };

export interface PairLint {
  readonly findings: readonly (LintFinding & { readonly rule: string })[];
  /** Null where the template refused the conversation. */
  readonly tokens: Readonly<Record<Side, readonly PreviewToken[]>> | null;
}

/** One pair: its tokens as trained on, and what is wrong with them. */
export function lintPair(example: PreferenceExample, context: LintContext): PairLint {
  try {
    const pair = linted(example, context);
    const findings = lintRules.all.flatMap((rule) =>
      rule.find(pair, context).map((finding) => ({ rule: rule.id, ...finding })),
    );
    return { findings, tokens: previewOf(pair, context) };
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    return { findings: [{ rule: 'template_refuses', side: null, message: error.message }], tokens: null };
  }
}

export interface LintSummary {
  readonly pairs: number;
  /** Pairs without any finding. */
  readonly clean: number;
  /** By rule: how many pairs, and the first of them (counted from 1), with what helps. */
  readonly rules: Readonly<
    Record<string, { readonly pairs: number; readonly first: number; readonly message: string }>
  >;
  readonly template: string | null;
}

/** Counts findings of pairs as they come; `summary` may be asked for at any time. */
export function createLint(context: LintContext) {
  const rules: Record<string, { pairs: number; first: number; message: string }> = {};
  let pairs = 0;
  let clean = 0;
  return {
    add(example: PreferenceExample): PairLint {
      const lint = lintPair(example, context);
      pairs++;
      if (lint.findings.length === 0) clean++;
      for (const rule of new Set(lint.findings.map((f) => f.rule))) {
        const message = lint.findings.find((f) => f.rule === rule)?.message ?? '';
        rules[rule] ??= { pairs: 0, first: pairs, message: withRemedy(rule, message) };
        rules[rule].pairs++;
      }
      return lint;
    },
    summary: (): LintSummary => ({
      pairs,
      clean,
      rules,
      template: faultOf(context),
    }),
  };
}

function faultOf({ tokenizer, endIds }: LintContext): string | null {
  try {
    return templateFault(tokenizer, endIds);
  } catch (error) {
    if (error instanceof TokenizerError) return `the chat template refuses a plain exchange: ${error.message}`;
    throw error;
  }
}
