/** What a value that does not fit its schema is told: what was expected, and what was found. */
import { z } from 'zod';

/** Characters of a wrong value that are shown. */
const MOST_SHOWN = 60;

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** A wrong value as JSON writes it, cut where it is long. */
function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`;
}

const EXACT_UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

/** "at least 3", "above 0", "at most 8 characters". */
function boundOf(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const unit = EXACT_UNITS[issue.origin] ?? '';
  if (issue.code === 'too_small') return `${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}${unit}`;
  return `${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}${unit}`;
}

function expectationOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return WORDS[issue.expected] ?? issue.expected;
  if (issue.code === 'too_small' || issue.code === 'too_big')
    return boundOf(issue as z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig);
  if (issue.code === 'invalid_value') {
    const values = (issue as z.core.$ZodIssueInvalidValue).values.map((value) => shown(value));
    return values.length === 1 ? values[0] : `one of ${values.join(', ')}`;
  }
  return undefined;
}

/** The words for one problem; undefined where the library's own are as good. */
export function wordsOfProblem(issue: z.core.$ZodRawIssue): string | undefined {
  const expectation = expectationOf(issue);
  if (expectation === undefined) return undefined;
  if (issue.input === undefined) return `is missing; expected ${expectation}`;
  return `expected ${expectation}, found ${shown(issue.input)}`;
}

/** From now on every schema of this process speaks so; a schema's own words go before. */
export function speakOfSchemas(): void {
  z.config({ customError: wordsOfProblem });
}
