/** Samples of one prompt over time: beside the charts, and as a tab of all prompts. */
import { ActionIcon } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import type { RunSample } from '../../../preload/contract/index.ts';
import { Tag } from '../../components/labels.tsx';
import { fixed, whole } from '../../numbers.ts';

/** Samples by prompt, in the order of prompts; each list in the order of steps. */
export function samplesByPrompt(samples: readonly RunSample[]): readonly (readonly RunSample[])[] {
  const groups = new Map<number, RunSample[]>();
  for (const sample of samples) groups.set(sample.promptIndex, [...(groups.get(sample.promptIndex) ?? []), sample]);
  return [...groups].sort((a, b) => a[0] - b[0]).map(([, list]) => list.sort((a, b) => a.step - b.step));
}

function Answer({ sample }: { sample: RunSample }) {
  return (
    <li className="pl-sample pl-fade">
      <p className="pl-row">
        <span className="pl-strong">step {whole(sample.step)}</span>
        <span className="pl-caption">{whole(sample.tokens)} tok</span>
        {sample.reward !== null && <span className="pl-caption">reward {fixed(sample.reward, 2)}</span>}
        {sample.finishReason === 'length' && <Tag tone="warn">cut off</Tag>}
      </p>
      <p className="pl-sample-text">
        {sample.completion === '' ? <span className="pl-3">(empty)</span> : sample.completion}
      </p>
    </li>
  );
}

export function PromptSamples({ samples }: { samples: readonly RunSample[] }) {
  if (samples.length === 0) return null;
  return (
    <div>
      <p className="pl-caption">Prompt</p>
      <p className="pl-sample-text pl-strong">{samples[0].prompt}</p>
      <ol>
        {samples.map((sample) => (
          <Answer key={sample.step} sample={sample} />
        ))}
      </ol>
    </div>
  );
}

export function PromptPicker({
  index,
  count,
  onChange,
}: {
  index: number;
  count: number;
  onChange: (index: number) => void;
}) {
  return (
    <span className="pl-row" style={{ fontWeight: 400 }}>
      <ActionIcon aria-label="Previous prompt" onClick={() => onChange((index + count - 1) % count)}>
        <IconChevronLeft />
      </ActionIcon>
      <span className="pl-2">
        prompt {index + 1} of {count}
      </span>
      <ActionIcon aria-label="Next prompt" onClick={() => onChange((index + 1) % count)}>
        <IconChevronRight />
      </ActionIcon>
    </span>
  );
}
