/** From reward to policy, in numbers: each line of the derivation with the values of the chosen prompt and pair, to be checked with a pocket calculator. */
import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { fixed, signed, whole } from '../../../charts/numbers.ts';
import type { LabMethod, LabPolicy, LabView } from '../../../preload/contract/index.ts';
import { MethodMark } from '../../components/labels.tsx';

/** What a line of the derivation is about; that row of the bars lights up. */
export type Lit = 'ref' | 'star' | 'trained' | null;

interface LineProps {
  readonly number: number;
  readonly title: string;
  readonly formula: string;
  readonly lit: Lit;
  readonly onLit: (lit: Lit) => void;
  readonly children: ReactNode;
}

function Line({ number, title, formula, lit, onLit, children }: LineProps) {
  return (
    <li onPointerEnter={() => onLit(lit)} onPointerLeave={() => onLit(null)}>
      <span className="pl-3">{number}</span>
      <div>
        <h3>{title}</h3>
        <p className="pl-mono pl-lab-formula">{formula}</p>
        {children}
      </div>
    </li>
  );
}

type Value = readonly [name: string, value: string];

function Values({ values }: { values: readonly Value[] }) {
  return (
    <dl className="pl-lab-values">
      {values.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const four = (value: number | null) => fixed(value, 4);
/** A difference that is rounding only is 0. */
const error = (value: number) => (Math.abs(value) < 1e-9 ? '0' : value.toExponential(1).replaceAll('-', '−'));

function Gaps({ trained, star }: { trained: readonly (readonly [LabMethod, LabPolicy])[]; star: number }) {
  return (
    <table className="pl-table plain pl-lab-gaps" aria-label="Gap to the optimum of each policy">
      <thead>
        <tr>
          <th>J* {four(star)}</th>
          <th className="end">J(π)</th>
          <th className="end">J* − J</th>
          <th className="end">β·KL(π || π*)</th>
        </tr>
      </thead>
      <tbody>
        {trained.map(([{ method, title }, { J, gap, betaKl }]) => (
          <tr key={method}>
            <td>
              <MethodMark method={method} title={title} />
            </td>
            <td className="end">{fixed(J, 3)}</td>
            <td className="end pl-strong">{fixed(gap, 4)}</td>
            <td className="end">{fixed(betaKl, 4)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface DerivationProps {
  readonly view: LabView;
  /** The policies at the step that is looked at. */
  readonly trained: readonly (readonly [LabMethod, LabPolicy])[];
  /** Whose loss is worked out. */
  readonly method: string;
  readonly onMethod: (method: string) => void;
  readonly onPrompt: (prompt: number) => void;
  readonly onPair: (pair: number) => void;
  readonly onLit: (lit: Lit) => void;
}

function Choices({ view, onPrompt, onPair }: Pick<DerivationProps, 'view' | 'onPrompt' | 'onPair'>) {
  const answer = (text: string) => text || '(empty)';
  return (
    <div className="pl-lab-choices">
      <NativeSelect
        label="Prompt x"
        value={String(view.prompt)}
        data={view.prompts.map((prompt, i) => ({ value: String(i), label: prompt }))}
        onChange={(event) => onPrompt(Number(event.currentTarget.value))}
      />
      <NativeSelect
        label="Pair y⁺ over y⁻"
        value={String(view.pair)}
        data={view.pairs.map(({ chosen, rejected }, i) => ({
          value: String(i),
          label: `${i + 1}: ${answer(chosen)} over ${answer(rejected)}`,
        }))}
        onChange={(event) => onPair(Number(event.currentTarget.value))}
      />
    </div>
  );
}

export function Derivation({ view, trained, method, onMethod, onPrompt, onPair, onLit }: DerivationProps) {
  const { exact, chosen, rejected, reference, optimum, world } = view;
  const policy = trained.find(([each]) => each.method === method)?.[1];
  const line = (number: number, title: string, formula: string, lit: Lit, children: ReactNode) => (
    <Line number={number} title={title} formula={formula} lit={lit} onLit={onLit}>
      {children}
    </Line>
  );
  const beta = fixed(world.beta, 2);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="pl-lab-derivation" aria-label="From reward to policy, in numbers" tabIndex={0}>
      <h2>From reward to policy, in numbers</h2>
      <Choices view={view} onPrompt={onPrompt} onPair={onPair} />
      <ol>
        {line(
          1,
          'Start from the reference',
          'π_ref(y|x)',
          'ref',
          <Values
            values={[
              ['ln π_ref(y⁺)', four(chosen.logReference)],
              ['ln π_ref(y⁻)', four(rejected.logReference)],
              ['E[r]', four(reference.meanReward)],
              ['answers', whole(view.answers)],
            ]}
          />,
        )}
        {line(
          2,
          'Ask for reward, but stay near',
          'J(π) = E_π[r] − β·KL(π || π_ref)',
          'ref',
          <Values
            values={[
              ['r(y⁺)', fixed(chosen.reward, 2)],
              ['r(y⁻)', fixed(rejected.reward, 2)],
              ['β', beta],
              ['J(π_ref)', four(reference.J)],
            ]}
          />,
        )}
        {line(
          3,
          'Add up the tilted mass',
          'Z = Σ_y π_ref(y)·exp(r(y)/β)',
          'star',
          <Values
            values={[
              ['ln Z', four(exact.logZ)],
              ['Z', fixed(exact.Z, 3)],
            ]}
          />,
        )}
        {line(
          4,
          'The best policy there is',
          'ln π*(y) = ln π_ref(y) + r(y)/β − ln Z',
          'star',
          <>
            <p className="pl-lab-sum">
              y⁺: {four(chosen.logReference)} {signed(chosen.reward / world.beta, 4)} {signed(-exact.logZ, 4)} ={' '}
              <b>{four(chosen.logOptimum)}</b>
            </p>
            <p className="pl-lab-sum">
              y⁻: {four(rejected.logReference)} {signed(rejected.reward / world.beta, 4)} {signed(-exact.logZ, 4)} ={' '}
              <b>{four(rejected.logOptimum)}</b>
            </p>
            <Values
              values={[
                ['E[r]', four(optimum.meanReward)],
                ['KL', four(exact.klStar)],
                ['J*', four(exact.JStar)],
              ]}
            />
          </>,
        )}
        {line(
          5,
          'J* is β·ln Z',
          'J* = E[r] − β·KL = β·ln Z',
          'star',
          <Values
            values={[
              [`${beta} × ${four(exact.logZ)}`, four(world.beta * exact.logZ)],
              ['error', error(world.beta * exact.logZ - (exact.meanRewardStar - world.beta * exact.klStar))],
            ]}
          />,
        )}
        {line(
          6,
          'A policy is its own reward',
          'r(y) = β·ln π*(y)/π_ref(y) + β·ln Z',
          'star',
          <Values
            values={[
              ['y⁺', `${four(chosen.rewardFromOptimum)} = r ${fixed(chosen.reward, 2)}`],
              ['y⁻', `${four(rejected.rewardFromOptimum)} = r ${fixed(rejected.reward, 2)}`],
            ]}
          />,
        )}
        {line(
          7,
          'Z cancels in a pair: DPO’s loss',
          'L = −ln σ(r_θ(y⁺) − r_θ(y⁻)), r_θ = β·ln π/π_ref',
          'trained',
          <>
            <NativeSelect
              aria-label="Policy whose loss is worked out"
              value={method}
              data={trained.map(([each]) => ({ value: each.method, label: each.title }))}
              onChange={(event) => onMethod(event.currentTarget.value)}
            />
            {policy && (
              <Values
                values={[
                  ['ln π(y⁺)', four(policy.pair.logChosen)],
                  ['ln π(y⁻)', four(policy.pair.logRejected)],
                  ['r_θ(y⁺)', signed(policy.pair.rewardChosen, 4)],
                  ['r_θ(y⁻)', signed(policy.pair.rewardRejected, 4)],
                  ['margin', signed(policy.pair.margin, 4)],
                  ['σ(margin)', four(policy.pair.sigma)],
                  ['loss', four(policy.pair.loss)],
                  ['ln 2', '0.6931'],
                ]}
              />
            )}
          </>,
        )}
        {line(
          8,
          'Every gap is a KL',
          'J* − J(π) = β·KL(π || π*)',
          'trained',
          <Gaps trained={trained} star={exact.JStar} />,
        )}
      </ol>
    </section>
  );
}
