/** The answers behind the bars: reward, reference, optimum and every policy at the step that is looked at. */
import { IconAlertTriangle } from '@tabler/icons-react';
import { fixed, signed } from '../../../charts/numbers.ts';
import type { LabView } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';

const WORDS = { chosen: 'chosen', rejected: 'rejected', elsewhere: 'never' } as const;
const TONES = { chosen: 'pl-chosen', rejected: 'pl-rejected', elsewhere: 'pl-2' } as const;

/** An answer of no pair that gained so much, and has so many times what the reference and the optimum give it, is marked. */
const GAINED = 0.02;
const TIMES = 2;

export function AnswersTable({ view, place }: { view: LabView; place: number }) {
  return (
    <Card
      title="Answers"
      note="of the pairs, of the optimum, and those that gained most without being in the pairs"
      flush
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="pl-lab-scroll" tabIndex={0} aria-label="Table of answers">
        <table className="pl-table" aria-label="Answers and their probability">
          <thead>
            <tr>
              <th>Answer</th>
              <th>In the pairs</th>
              <th className="end">reward</th>
              <th className="end">π_ref</th>
              <th className="end">π*</th>
              {view.methods.map(({ method, title }) => (
                <th key={method} className="end">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.table.map((row) => (
              <tr key={row.text}>
                <td className="pl-mono">{row.text || '(empty)'}</td>
                <td className={TONES[row.place]}>{WORDS[row.place]}</td>
                <td className="end">{signed(row.reward)}</td>
                <td className="end">{fixed(row.reference, 3)}</td>
                <td className="end">{fixed(row.optimum, 3)}</td>
                {row.methods.map((probabilities, m) => {
                  const now = probabilities[Math.min(place, probabilities.length - 1)];
                  const stray =
                    row.place === 'elsewhere' &&
                    now > TIMES * row.optimum &&
                    now - row.reference > GAINED &&
                    now > TIMES * row.reference;
                  return (
                    <td key={view.methods[m].method} className="end" data-stray={stray ? '' : undefined}>
                      {stray && (
                        <IconAlertTriangle size={14} stroke={1.6} aria-label="gained without being in the pairs" />
                      )}
                      {fixed(now, 3)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}
