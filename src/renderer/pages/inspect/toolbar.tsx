/** Above the panes: what colours mean, which model is the reference, and who scores. */
import { SegmentedControl, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { fixed, shown } from '../../../charts/numbers.ts';
import type { ModelChoice } from '../../../preload/contract/index.ts';

import { optionsOf, referenceOf } from './models.ts';
import { CUT, MODES, type Mode } from './numbers.ts';
import { readAgain } from './reading.ts';
import { usePaneModels, useParts } from './state.ts';
import { MODE_WORDS } from './token-words.ts';

const STEPS: Readonly<Record<Mode, readonly string[]>> = {
  reward: ['n4', 'n3', 'n2', 'n1', '0', 'p1', 'p2', 'p3', 'p4'],
  logp: ['5', '4', '3', '2', '1'],
  kl: ['1', '2', '3', '4', '5'],
};

/** The cut stands at both ends. */
const ENDS: Readonly<Record<Mode, readonly [string, string]>> = {
  reward: [fixed(-CUT.reward, 1), `+${CUT.reward} nats per token`],
  logp: [fixed(-CUT.logp), '0 nats per token'],
  kl: ['0', `${CUT.kl} nat per token`],
};

export function ColourBy() {
  const { mode, set } = useParts('mode', 'set');
  const [from, to] = ENDS[mode];
  return (
    <div className="pl-colour-by">
      <span className="pl-caption">Colour by</span>
      <SegmentedControl
        aria-label="Colour by"
        value={mode}
        onChange={(next) => set({ mode: next as Mode })}
        data={MODES.map((each) => ({ value: each, label: MODE_WORDS[each] }))}
      />
      <span className="pl-caption pl-legend-cut">
        {from}
        <span className="pl-legend-steps" aria-hidden="true">
          {STEPS[mode].map((step) => (
            <i key={step} className="pl-token" data-mode={mode} data-step={step} />
          ))}
        </span>
        {to}
      </span>
    </div>
  );
}

/** "" = each run's own. */
function Beta() {
  const { beta, set } = useParts('beta', 'set');
  const [typed, setTyped] = useState<string | null>(null);
  const change = (line: string) => {
    setTyped(line);
    const value = Number(line);
    if (line.trim() === '') set({ beta: null });
    else if (Number.isFinite(value) && value > 0) set({ beta: value });
  };
  const isWrong = typed !== null && typed.trim() !== '' && !(Number(typed) > 0);
  return (
    <TextInput
      aria-label="β for all models; empty: each run's own"
      title="β of the implicit reward. Empty: each run's own, 0.1 where there is none."
      leftSection={<span className="pl-caption">β</span>}
      placeholder="of the run"
      w={104}
      inputMode="decimal"
      value={typed ?? (beta === null ? '' : shown(beta))}
      error={isWrong}
      onChange={(event) => change(event.currentTarget.value)}
      onBlur={() => setTyped(null)}
    />
  );
}

const NONE = '';

function Reference({ choices }: { choices: readonly ModelChoice[] }) {
  const { reference, set } = useParts('reference', 'set');
  const models = usePaneModels();
  return (
    <>
      <span className="pl-caption" id="inspect-reference">
        Reference
      </span>
      <Select
        aria-labelledby="inspect-reference"
        title={reference === null ? 'What the models were trained against' : undefined}
        searchable
        w={212}
        data={optionsOf(choices.filter(({ head }) => head === 'language'))}
        value={referenceOf(choices, models, reference)}
        placeholder="none: choose one"
        onChange={(next) => {
          set({ reference: next });
          readAgain(choices);
        }}
      />
    </>
  );
}

function RewardModel({ choices }: { choices: readonly ModelChoice[] }) {
  const { rewardModel, set } = useParts('rewardModel', 'set');
  const judges = choices.filter(({ head }) => head === 'score');
  if (judges.length === 0) return null;
  return (
    <>
      <span className="pl-caption" id="inspect-reward-model">
        Scored by
      </span>
      <Select
        aria-labelledby="inspect-reward-model"
        searchable
        w={188}
        data={[{ value: NONE, label: 'no reward model' }, ...optionsOf(judges)]}
        value={rewardModel ?? NONE}
        onChange={(next) => {
          set({ rewardModel: next === NONE ? null : next });
          readAgain(choices);
        }}
      />
    </>
  );
}

/** What each tab needs beside its models. */
export function Beside({ choices }: { choices: readonly ModelChoice[] }) {
  const { tab } = useParts('tab');
  return (
    <div className="pl-beside">
      <Reference choices={choices} />
      {tab !== 'probes' && <Beta />}
      {tab !== 'probes' && <RewardModel choices={choices} />}
    </div>
  );
}
