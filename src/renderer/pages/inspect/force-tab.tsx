/** Answers that no model wrote: how likely they are before and after training, in absolute and in relative terms. */
import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { compact, fixed, signed } from '../../../charts/numbers.ts';
import type { ModelChoice } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { GrowingText } from '../../components/growing-text.tsx';
import { Banner } from '../../components/labels.tsx';
import { Dumbbells } from './dumbbells.tsx';
import { readForced, useForced } from './force-data.ts';
import { type ForcedRow, ForceTable } from './force-table.tsx';
import { betaOf, choiceOf, titleOf } from './models.ts';
import { forcedNumbers, probability, sideOf } from './numbers.ts';
import { PromptBox } from './prompt-box.tsx';
import { useInspect, usePaneModels, useParts } from './state.ts';
import { TokenList } from './token-list.tsx';
import { probabilityText } from './token-words.ts';
import { Beside, ColourBy } from './toolbar.tsx';

/** The rows of what was read so far. */
function useRows(choices: readonly ModelChoice[]): readonly ForcedRow[] {
  const { panes } = useForced();
  const { beta: wanted } = useParts('beta');
  return panes.flatMap(({ model, answers }) => {
    if (!answers) return [];
    const choice = choiceOf(choices, model);
    const beta = betaOf(choice, wanted);
    const chosen = sideOf(answers.chosen);
    const rejected = answers.rejected && sideOf(answers.rejected);
    const title = choice ? titleOf(choice) : model;
    const numbers = forcedNumbers(chosen, rejected, beta);
    return [{ model, title, method: choice?.method ?? 'ref', beta, chosen, rejected, numbers }];
  });
}

/** What the task's gold reward and the reward model say of an answer. */
function Scores({ at }: { at: 0 | 1 }) {
  const { scores } = useForced();
  const score = scores?.[at];
  const words = [
    ...(score?.gold == null ? [] : [`gold reward ${compact(score.gold)}`]),
    ...(score?.reward == null ? [] : [`reward model ${compact(score.reward)}`]),
  ];
  return <p className="pl-caption pl-scores">{words.join(', ')}</p>;
}

/** A key in it draws it alone. */
function Field({ side }: { side: 'chosen' | 'rejected' }) {
  const parts = useParts(side, 'set');
  return (
    <div>
      <GrowingText
        className={`pl-force-${side}`}
        label={side === 'chosen' ? 'Chosen y⁺' : 'Rejected y⁻'}
        minRows={2}
        maxRows={6}
        value={parts[side] ?? ''}
        placeholder={side === 'chosen' ? 'An answer to read under every model' : 'Another one beside it, or nothing'}
        onChange={(event) => parts.set({ [side]: event.currentTarget.value })}
      />
      <Scores at={side === 'chosen' ? 0 : 1} />
    </div>
  );
}

/** The lecture's two steps: equal to the loss, unequal in the world. */
const STEPS = [
  [0.8, 0.9],
  [0.1, 0.11],
] as const;

/** The model whose loss fell although y⁺ became less likely. */
const winsByPushing = (rows: readonly ForcedRow[]): ForcedRow | undefined =>
  rows.find(
    ({ numbers }) => numbers.change !== null && numbers.change < 0 && numbers.loss !== null && numbers.loss < Math.LN2,
  );

function Lesson({ rows }: { rows: readonly ForcedRow[] }) {
  const row = winsByPushing(rows);
  return (
    <Card title="Relative is not absolute">
      <p className="pl-2">
        The loss sees only the ratio to the reference. These two steps are worth almost the same to it:
      </p>
      <table className="pl-table plain">
        <thead>
          <tr>
            <th>Reference → policy</th>
            <th className="end">Absolute</th>
            <th className="end">log π/π_ref</th>
          </tr>
        </thead>
        <tbody>
          {STEPS.map(([from, to]) => (
            <tr key={from}>
              <td>
                {fixed(from, 2)} → {fixed(to, 2)}
              </td>
              <td className="end">{signed(to - from, 2)}</td>
              <td className="end">{signed(Math.log(to / from), 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {row && (
        <p className="pl-2 pl-lesson">
          Here {row.title} satisfies the pair (loss {fixed(row.numbers.loss, 3)}, below ln 2) although y⁺ became{' '}
          <strong>less</strong> likely: {probabilityText(probability(row.chosen.refLogp))} →{' '}
          {probabilityText(row.numbers.chosen)}. The gap came from pushing y⁻ down.
        </p>
      )}
    </Card>
  );
}

/** Models under which what is neither y⁺ nor y⁻ gained. */
function Elsewhere({ rows }: { rows: readonly ForcedRow[] }) {
  const gained = rows.flatMap((row) => {
    const { chosen, rejected, numbers } = row;
    const before =
      1 - (probability(chosen.refLogp) ?? Number.NaN) - (probability(rejected?.refLogp ?? null) ?? Number.NaN);
    const now = numbers.elsewhere;
    return now !== null && Number.isFinite(before) && now > before + 0.0005 ? [{ row, before, now }] : [];
  });
  if (gained.length === 0) return null;
  return (
    <Banner tone="warn" title="Everything else gained.">
      {gained
        .map(
          ({ row, before, now }) =>
            `Under ${row.title} the answers that are neither y⁺ nor y⁻ rose from ${probabilityText(before)} to ${probabilityText(now)}.`,
        )
        .join(' ')}
    </Banner>
  );
}

/** Where in the answers it comes from, for one model at a time. */
function Tokens({ choices, rows }: { choices: readonly ModelChoice[]; rows: readonly ForcedRow[] }) {
  const { panes } = useForced();
  const { mode, showNumbers } = useParts('mode', 'showNumbers');
  const [wanted, setWanted] = useState<string | null>(null);
  const row = rows.find(({ model }) => model === wanted) ?? rows[rows.length - 1];
  const answers = panes.find(({ model }) => model === row?.model)?.answers;
  if (!row || !answers) return null;
  const sides = [
    ['Chosen y⁺', answers.chosen],
    ['Rejected y⁻', answers.rejected],
  ] as const;
  return (
    <section className="pl-card pl-forced-tokens" aria-label="Token by token">
      <div className="pl-inspect-bar">
        <ColourBy />
        <span className="pl-grow" />
        {rows.length > 1 && (
          <SegmentedControl
            aria-label="Model whose tokens are shown"
            value={row.model}
            onChange={setWanted}
            data={rows.map(({ model }) => ({ value: model, label: choiceOf(choices, model)?.name ?? model }))}
          />
        )}
      </div>
      <div className="pl-sides">
        {sides.map(
          ([title, tokens]) =>
            tokens && (
              <div key={title}>
                <p className="pl-caption">{title}</p>
                <TokenList
                  label={`${title}, token by token`}
                  tokens={tokens}
                  mode={mode}
                  beta={row.beta}
                  numbers={showNumbers}
                />
              </div>
            ),
        )}
      </div>
    </section>
  );
}

export function ForceTab({ choices }: { choices: readonly ModelChoice[] }) {
  const isEmpty = useInspect(({ chosen }) => chosen === '');
  const begins = useInspect(({ prompt, chosen }) => !prompt.chat && chosen !== '' && !/^\s/.test(chosen));
  const [first] = usePaneModels();
  const { busy, panes, reference, scoreError } = useForced();
  const rows = useRows(choices);
  const failed = panes.filter(({ error }) => error !== null);
  const whyNot = panes.find(({ answers }) => answers?.whyNoReference)?.answers?.whyNoReference;
  return (
    <>
      <div className="pl-force-top">
        <PromptBox model={first ?? null} />
        <Field side="chosen" />
        <Field side="rejected" />
      </div>
      <div className="pl-inspect-bar">
        <Button loading={busy} disabled={isEmpty} onClick={() => void readForced(choices)}>
          Read probabilities
        </Button>
        <span className="pl-caption">
          {begins
            ? 'Without a chat template an answer follows the prompt as it stands: begin it with a space where the model expects one.'
            : 'ln p by teacher forcing, the end token included, counted as training counts it.'}
        </span>
        <span className="pl-grow" />
        <Beside choices={choices} />
      </div>
      {failed.map(({ model, error }) => (
        <Banner key={model} tone="danger" title={`${model} could not read them.`}>
          {error}
        </Banner>
      ))}
      {scoreError && (
        <Banner tone="danger" title="The answers could not be scored.">
          {scoreError}
        </Banner>
      )}
      {whyNot && (
        <Banner tone="neutral" title="Nothing to compare with.">
          {whyNot}
        </Banner>
      )}
      {rows.length > 0 && (
        <>
          <div className="pl-force-cards">
            <Card title="Probability of the whole answer" note="log scale; hollow: reference, filled: model">
              <Dumbbells
                rows={rows.flatMap(({ title, chosen: own, rejected: other }) => [
                  { name: title, side: 'chosen' as const, ...own },
                  ...(other ? [{ name: title, side: 'rejected' as const, ...other }] : []),
                ])}
              />
            </Card>
            <Lesson rows={rows} />
          </div>
          <ForceTable rows={rows} reference={reference} />
          <Elsewhere rows={rows} />
          <Tokens choices={choices} rows={rows} />
        </>
      )}
      {rows.length === 0 && !busy && failed.length === 0 && (
        <p className="pl-2">
          Write an answer, or pick a prompt whose row has answers, and press Read probabilities: each model of the panes
          says how likely it finds them, before and after training.
        </p>
      )}
    </>
  );
}
