/** What the linter looked for, as lines: found or not. */
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** What it means when a rule finds nothing. */
const GOOD: Readonly<Record<string, string>> = {
  template: 'The template closes the answer',
  double_bos: 'No begin token twice',
  missing_bos: 'The begin token is there, where one belongs',
  missing_eos: 'The answer ends with an end token',
  double_eos: 'One end token an answer',
  prompt_not_shared: 'Prompt and answer share the whole prompt',
  identical_answers: 'The answers differ',
  truncated: 'Nothing is cut off',
  unknown: 'Every word has its tokens',
};

export interface CheckLine {
  readonly rule: string;
  readonly title: string;
  /** null: nothing was found. */
  readonly message: string | null;
  readonly count?: ReactNode;
}

export function Checks({ label, lines }: { label: string; lines: readonly CheckLine[] }) {
  return (
    <ul className="pl-checks" aria-label={label}>
      {lines.map(({ rule, title, message, count }) => (
        <li key={rule}>
          {message === null ? (
            <IconCheck size={15} stroke={1.7} className="pl-ok" aria-hidden="true" />
          ) : (
            <IconAlertTriangle size={15} stroke={1.7} className="pl-warn" aria-hidden="true" />
          )}
          <span className="pl-grow">
            {message === null ? (GOOD[rule] ?? `${title}: not found`) : title}
            {message !== null && <span className="pl-caption"> {message}</span>}
          </span>
          {count !== undefined && <span className="pl-2">{count}</span>}
        </li>
      ))}
    </ul>
  );
}
