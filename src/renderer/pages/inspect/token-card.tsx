/** What stood to choose at one token: the likeliest tokens under the model and under its reference. */
import type { ReadToken } from '../../../preload/contract/index.ts';
import { colourStep, logRatio, type Mode, probability, tokenValue } from './numbers.ts';
import { MODE_WORDS, probabilityText, valueText, visibleText } from './token-words.ts';

export interface TokenCardProps {
  readonly id: string;
  readonly token: ReadToken;
  /** Counted from 0. */
  readonly index: number;
  readonly count: number;
  readonly mode: Mode;
  readonly beta: number;
}

type Row = Pick<ReadToken, 'id' | 'text' | 'logp' | 'refLogp'>;

/** The likeliest tokens, and the one that stands there when it is none of them. */
function rowsOf(token: ReadToken): readonly Row[] {
  return token.top.some(({ id }) => id === token.id) ? token.top : [...token.top, token];
}

function Bars({ row }: { row: Row }) {
  const width = (logp: number | null) => `${100 * (probability(logp) ?? 0)}%`;
  return (
    <span className="pl-token-bars" aria-hidden="true">
      <i style={{ width: width(row.logp) }} />
      {row.refLogp !== null && <i className="reference" style={{ width: width(row.refLogp) }} />}
    </span>
  );
}

function sentence({ logp, refLogp, top, id }: ReadToken): string | null {
  const ratio = logRatio({ logp, refLogp });
  if (ratio === null) return null;
  const likeliest = top[0]?.id === id;
  const times = Math.exp(Math.abs(ratio));
  if (times < 1.05) return 'Model and reference agree here.';
  const size = times >= 1000 ? 'more than a thousand' : times.toFixed(times < 10 ? 1 : 0);
  const than = ratio > 0 ? 'more' : 'less';
  return `The model finds this token ${size} times ${than} likely than the reference${likeliest ? ', and likeliest of all' : ''}.`;
}

export function TokenCard({ id, token, index, count, mode, beta }: TokenCardProps) {
  const value = tokenValue(token, mode, beta);
  const hasReference = token.refLogp !== null;
  const said = sentence(token);
  return (
    <div id={id} role="tooltip" className="pl-token-card">
      <p className="pl-row">
        <span className="pl-token-name" data-step={colourStep(value, mode) ?? undefined} data-mode={mode}>
          {visibleText(token.text)}
        </span>
        <span className="pl-caption">
          token {index + 1} of {count}
        </span>
        <span className="pl-grow" />
        <span className="pl-caption">{MODE_WORDS[mode]}</span>
        <strong>{valueText(value, mode, 3)}</strong>
      </p>
      <table className="pl-table plain">
        <thead>
          <tr>
            <th>Instead</th>
            <td />
            <th className="end">π</th>
            {hasReference && <th className="end">π_ref</th>}
            <th className="end">{hasReference ? 'β·log ratio' : 'log π'}</th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(token).map((row) => (
            <tr key={row.id} data-here={row.id === token.id ? '' : undefined}>
              <td className="pl-mono">{visibleText(row.text)}</td>
              <td>
                <Bars row={row} />
              </td>
              <td className="end">{probabilityText(probability(row.logp))}</td>
              {hasReference && <td className="end">{probabilityText(probability(row.refLogp))}</td>}
              <td className="end">
                {hasReference
                  ? valueText(tokenValue({ ...row, kl: null }, 'reward', beta), 'reward', 3)
                  : valueText(row.logp, 'logp')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {token.kl !== null && (
        <p className="pl-caption">
          KL to the reference at this place: {valueText(token.kl, 'kl', 3)} nats. {said}
        </p>
      )}
    </div>
  );
}
