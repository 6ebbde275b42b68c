/** Samples of one prompt over time: beside the charts, and as a tab of all prompts. */
import { ActionIcon, SegmentedControl } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { fixed, whole } from '../../../charts/numbers.ts';
import type { RunSample } from '../../../preload/contract/index.ts';
import { Tag } from '../../components/labels.tsx';
import { EmptyState } from '../../components/states.tsx';
import { compareWords, WORTH_SHOWING, type WordPart } from '../../components/words.ts';

/** Samples by prompt, in the order of prompts; each list in the order of steps. */
export function samplesByPrompt(samples: readonly RunSample[]): readonly (readonly RunSample[])[] {
  const groups = new Map<number, RunSample[]>();
  for (const sample of samples) groups.set(sample.promptIndex, [...(groups.get(sample.promptIndex) ?? []), sample]);
  return [...groups].sort((a, b) => a[0] - b[0]).map(([, list]) => list.sort((a, b) => a.step - b.step));
}

/** The answer's words, those that the answer before did not have marked; unmarked where little is shared. */
export function changedWords(before: string | undefined, now: string): readonly WordPart[] {
  const plain = [{ text: now, only: false }];
  if (before === undefined || before === now) return plain;
  const difference = compareWords(before, now);
  return difference && difference.shared >= WORTH_SHOWING ? difference.rejected : plain;
}

/** A stretch of words that comes three times or more at the end is a loop. */
export const repeats = (text: string): boolean => /(\b\S+(?:\s+\S+){2,12}?)(?:\s+\1){2,}/u.test(text.slice(-600));

function AnswerText({ before, sample }: { before: RunSample | undefined; sample: RunSample }) {
  const parts = useMemo(
    () => changedWords(before?.completion, sample.completion),
    [before?.completion, sample.completion],
  );
  if (sample.completion === '') return <p className="pl-sample-text pl-3">(empty)</p>;
  return (
    <p className="pl-sample-text">
      {parts.map((part, index) =>
        part.only && part.text.trim() !== '' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text in their order
          <mark key={index} className="pl-new-words">
            {part.text}
          </mark>
        ) : (
          part.text
        ),
      )}
    </p>
  );
}

function Answer({ before, sample }: { before: RunSample | undefined; sample: RunSample }) {
  return (
    <li className="pl-sample pl-fade">
      <p className="pl-row">
        <span className="pl-strong">step {whole(sample.step)}</span>
        <span className="pl-caption">{whole(sample.tokens)} tok</span>
        {sample.reward !== null && <span className="pl-caption">reward {fixed(sample.reward, 2)}</span>}
        {sample.finishReason === 'length' && <Tag tone="warn">cut off</Tag>}
        {repeats(sample.completion) && <Tag tone="warn">repeats</Tag>}
      </p>
      <AnswerText before={before} sample={sample} />
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
        {samples.map((sample, index) => (
          <Answer key={sample.step} before={samples[index - 1]} sample={sample} />
        ))}
      </ol>
    </div>
  );
}

const ARRANGEMENTS = ['by prompt', 'side by side'] as const;

export function SamplesTab({ prompts }: { prompts: readonly (readonly RunSample[])[] }) {
  const [arrangement, setArrangement] = useState<(typeof ARRANGEMENTS)[number]>('by prompt');
  if (prompts.length === 0)
    return (
      <EmptyState title="No samples yet.">
        They are drawn at every evaluation (eval_steps), for as many prompts as sample_prompts says.
      </EmptyState>
    );
  return (
    <>
      <div className="pl-row">
        <SegmentedControl
          aria-label="Arrangement of samples"
          data={ARRANGEMENTS.map((each) => each)}
          value={arrangement}
          onChange={(value) => setArrangement(value as (typeof ARRANGEMENTS)[number])}
        />
        <p className="pl-caption">
          <mark className="pl-new-words">Underlined</mark>: words that the answer before did not have
        </p>
      </div>
      {arrangement === 'by prompt' ? (
        <div className="pl-charts">
          {prompts.map((samples) => (
            <div key={samples[0].promptIndex} className="pl-card">
              <PromptSamples samples={samples} />
            </div>
          ))}
        </div>
      ) : (
        <SideBySide prompts={prompts} />
      )}
    </>
  );
}

/** A row for each prompt, a column for each step that was sampled. */
function SideBySide({ prompts }: { prompts: readonly (readonly RunSample[])[] }) {
  const steps = [...new Set(prompts.flatMap((samples) => samples.map(({ step }) => step)))].sort((a, b) => a - b);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="pl-samples-beside" tabIndex={0} aria-label="Samples, table">
      <table className="pl-table" aria-label="Samples side by side">
        <thead>
          <tr>
            <th>Prompt</th>
            {steps.map((step) => (
              <th key={step}>step {whole(step)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {prompts.map((samples) => (
            <tr key={samples[0].promptIndex}>
              <th scope="row">{samples[0].prompt}</th>
              {steps.map((step) => {
                const at = samples.findIndex((sample) => sample.step === step);
                return (
                  <td key={step}>
                    {at >= 0 && <AnswerText before={samples[at - 1]} sample={samples[at]} />}
                    {at >= 0 && samples[at].reward !== null && (
                      <span className="pl-caption">reward {fixed(samples[at].reward, 2)}</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
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
    <span className="pl-row pl-picker">
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
