/** Home before the first run: what the quickstart does, step by step, and the other two ways to begin. */
import { Button } from '@mantine/core';
import { IconPlayerPlay, IconUpload } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { bytes } from '../../../charts/numbers.ts';
import { Facts } from '../../components/figures.tsx';
import { MethodMark } from '../../components/labels.tsx';
import { PrimaryButton } from '../../components/page-header.tsx';
import { useCall } from '../../host.ts';
import type { Quickstart } from './home.tsx';

/** What happens, in its order; the mark is that of a method. Seconds of one core by experience. */
const QUICKSTART_STEPS = [
  {
    method: 'sft',
    title: 'Train a reference by SFT',
    text: 'A small llama on 10\u2009000 demonstrations, good and bad alike',
    seconds: 45,
  },
  {
    method: 'reward',
    title: 'Train a reward model',
    text: 'On about 1\u2009600 pairs of its answers, compared by a simulated rater with noise',
    seconds: 15,
  },
  { method: 'ppo', title: 'Align with PPO and RLOO', text: 'Sampled answers, scored by the reward model', seconds: 45 },
  { method: 'dpo', title: 'Align with offline DPO', text: 'The same pairs, no reward model', seconds: 15 },
  {
    method: 'online_dpo',
    title: 'Align with online DPO',
    text: 'Fresh pairs every step, compared by the gold rater',
    seconds: 22,
  },
  {
    method: 'task_compare',
    title: 'Compare',
    text: 'Win, tie and loss with 95% intervals, quality, KL and length; a report to keep',
    seconds: 6,
  },
] as const;

function Computer() {
  const info = useCall('system.info', {});
  if (!info.data) return null;
  const { cpu, threads, memoryBytes, onnxruntimeVersion } = info.data;
  return (
    <Facts
      rows={[
        ['Processor', `${threads} threads`],
        ['Model', cpu],
        ['Memory', bytes(memoryBytes)],
        ['onnxruntime', onnxruntimeVersion],
      ]}
    />
  );
}

export function EmptyHome({ quickstart }: { quickstart: Quickstart }) {
  const [, navigate] = useLocation();
  return (
    <div className="pl-home-empty">
      <div>
        <h2>Train one small model four ways and see which one is better</h2>
        <p className="pl-prose pl-2">
          The quickstart needs no data and no downloads. It takes a built-in task with a known gold reward, so that
          every number can be checked against the truth.
        </p>
      </div>
      <ol className="pl-card pl-home-steps">
        {QUICKSTART_STEPS.map((step, index) => (
          <li key={step.method}>
            <span className="pl-3">{index + 1}</span>
            <MethodMark method={step.method} bare />
            <span className="pl-strong">{step.title}</span>
            <span className="pl-2">{step.text}</span>
            <span className="pl-2">{step.seconds} s</span>
          </li>
        ))}
      </ol>
      <div className="pl-row">
        <PrimaryButton
          large
          leftSection={<IconPlayerPlay />}
          onClick={() => quickstart.start()}
          loading={quickstart.pending}
        >
          Start quickstart
        </PrimaryButton>
        <span className="pl-2">Under 5 minutes on two cores. You can stop at any time and keep what is finished.</span>
      </div>
      <div className="pl-home-columns">
        <section aria-label="Bring your own data">
          <h2>Bring your own data</h2>
          <p className="pl-2">
            Preference pairs as JSONL, JSON, CSV or Parquet. The format is found by content; you check the columns.
          </p>
          <Button leftSection={<IconUpload />} onClick={() => navigate('/datasets/import')}>
            Import
          </Button>
        </section>
        <section aria-label="Bring your own model">
          <h2>Bring your own model</h2>
          <p className="pl-2">A Hugging Face folder or a llama2.c file, added on the command line:</p>
          <code>plumb models import PATH</code>
        </section>
        <section aria-label="What this computer has">
          <h2>What this computer has</h2>
          <Computer />
        </section>
      </div>
    </div>
  );
}
