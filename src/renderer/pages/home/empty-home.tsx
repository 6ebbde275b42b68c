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

/** Stages in their order; `method` is the id that the runs of a stage carry. */
export const QUICKSTART_STEPS = [
  {
    method: 'task_start',
    title: 'Write the task',
    text: 'A small English world, demonstrations of mixed quality, an untrained llama',
  },
  { method: 'sft', title: 'Train a reference by SFT', text: 'It learns the demonstrations, good and bad alike' },
  {
    method: 'task_pairs',
    title: 'Ask the simulated rater',
    text: 'Two answers to each prompt, compared with Bradley-Terry noise',
  },
  { method: 'dpo', title: 'Align with offline DPO', text: 'Learns from these preferences, without a reward model' },
  {
    method: 'task_compare',
    title: 'Compare',
    text: 'Win, tie and loss on prompts that nobody trained on, judged by the gold reward',
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
        <h2>Train one small model and see whether alignment made it better</h2>
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
          </li>
        ))}
      </ol>
      <div className="pl-row">
        <PrimaryButton large leftSection={<IconPlayerPlay />} onClick={quickstart.start} loading={quickstart.pending}>
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
