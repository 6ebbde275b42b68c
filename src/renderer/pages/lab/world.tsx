/** The lab's controls: β, the reward and what it likes, the step that is looked at, and what the next run trains with. */
import { ActionIcon, Button, Popover } from '@mantine/core';
import { IconAdjustments, IconHeart, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { fixed, whole } from '../../../charts/numbers.ts';
import type { LabOptions, LabPoints, LabWorld } from '../../../preload/contract/index.ts';
import { useKeys } from '../../shortcuts.ts';
import { sameWorld, usePlay } from './lab-data.ts';
import { NumberSlider } from './number-slider.tsx';

const LIKED: readonly (readonly [keyof LabPoints, string])[] = [
  ['firstRight', 'First symbol right'],
  ['secondRight', 'Second symbol right'],
  ['hasLargest', 'Has the largest symbol'],
  ['lastRight', 'Last symbol right'],
  ['repeated', 'Immediate repeat'],
  ['fourth', 'A fourth symbol'],
  ['empty', 'Empty answer'],
];

interface WorldProps {
  readonly world: LabWorld;
  readonly onWorld: (change: Partial<LabWorld>) => void;
}

function Liked({ world, onWorld }: WorldProps) {
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Button leftSection={<IconHeart />}>What is liked</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="What is liked">
        <p className="pl-caption">Points of an answer, added up, times the reward’s scale.</p>
        {LIKED.map(([name, title]) => (
          <NumberSlider
            key={name}
            label={title}
            min={-2}
            max={2}
            step={0.05}
            decimals={2}
            value={world.points[name]}
            onChange={(value) => onWorld({ points: { ...world.points, [name]: value } })}
          />
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}

const TRAINING = [
  { key: 'pairs', label: 'Preference pairs of a prompt', max: 64 },
  { key: 'prompts', label: 'Prompts', max: 16 },
  { key: 'steps', label: 'Training steps', max: 600 },
  { key: 'seed', label: 'Seed', max: 100 },
] as const;

export interface TrainingProps {
  readonly options: LabOptions;
  readonly onOptions: (change: Partial<LabOptions>) => void;
}

/** What the next run trains with. */
export function Training({ options, onOptions }: TrainingProps) {
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Button leftSection={<IconAdjustments />}>Training</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Training of the next run">
        <p className="pl-caption">For the next run. Few pairs show where DPO lets the mass go.</p>
        {TRAINING.map(({ key, label, max }) => (
          <NumberSlider
            key={key}
            label={label}
            min={key === 'seed' ? 0 : 1}
            max={max}
            step={1}
            decimals={0}
            value={options[key]}
            onChange={(value) => onOptions({ [key]: Math.round(value) })}
          />
        ))}
        <NumberSlider
          label="Learning rate"
          min={1e-5}
          max={1e-1}
          step={1e-5}
          decimals={5}
          logarithmic
          value={options.learningRate}
          onChange={(learningRate) => onOptions({ learningRate })}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

export interface ScrubberProps {
  readonly steps: readonly number[];
  /** Place in `steps`. */
  readonly place: number;
  readonly onPlace: (place: number) => void;
}

export function Scrubber({ steps, place, onPlace }: ScrubberProps) {
  const { playing, toggle } = usePlay(steps.length, place, onPlace);
  const to = (next: number) => onPlace(Math.min(steps.length - 1, Math.max(0, next)));
  useKeys({ P: toggle, ArrowLeft: () => to(place - 1), ArrowRight: () => to(place + 1) });
  const Icon = playing ? IconPlayerPause : IconPlayerPlay;
  const last = Math.max(1, steps.at(-1) ?? 1);
  const nearest = (step: number) =>
    steps.reduce((best, each, i) => (Math.abs(each - step) < Math.abs(steps[best] - step) ? i : best), 0);
  return (
    <div className="pl-row">
      <NumberSlider
        label="Training step"
        min={0}
        max={last}
        step={steps[1] ?? 1}
        decimals={0}
        width={300}
        value={steps[place] ?? 0}
        onChange={(step) => to(nearest(step))}
        title="← → one look back or on"
      />
      <ActionIcon
        variant="default"
        size={28}
        aria-label={playing ? 'Pause' : 'Play the training'}
        title="P"
        onClick={toggle}
      >
        <Icon />
      </ActionIcon>
    </div>
  );
}

export interface WorldCardProps extends WorldProps, ScrubberProps {
  /** What the policies were trained in. */
  readonly trained: LabOptions;
  /** How the run goes, as long as it goes. */
  readonly news: ReactNode;
}

export function WorldCard({ world, onWorld, trained, news, ...scrubber }: WorldCardProps) {
  const same = sameWorld(world, trained);
  return (
    <section className="pl-card pl-lab-world" aria-label="Controls">
      <div className="pl-lab-controls">
        <NumberSlider
          label="β"
          min={0.05}
          max={5}
          step={0.01}
          decimals={2}
          logarithmic
          value={world.beta}
          onChange={(beta) => onWorld({ beta })}
          title="Strength of the constraint to the reference"
        />
        <NumberSlider
          label="Reward ×"
          min={0}
          max={4}
          step={0.05}
          decimals={2}
          width={90}
          value={world.scale}
          onChange={(scale) => onWorld({ scale })}
          title="Scale of the reward"
        />
        <Liked world={world} onWorld={onWorld} />
        <Scrubber {...scrubber} />
      </div>
      {news ?? (
        <p className="pl-caption">
          {same
            ? `The policies were trained in this world: β ${fixed(trained.beta, 2)}, ${whole(trained.pairs)} pairs a prompt, ${whole(trained.steps)} steps.`
            : `π*, J and the gaps are of this world; the policies were trained at β ${fixed(trained.beta, 2)}, reward × ${fixed(trained.scale, 2)}. Run again trains them here.`}
        </p>
      )}
    </section>
  );
}
