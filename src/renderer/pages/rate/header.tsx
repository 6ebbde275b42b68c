/** What the heads of all rating pages share: the choice of a queue, the rater's name, undo. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { IconArrowBackUp, IconEyeOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { QueueSummary, RatingQueue } from '../../../preload/contract/index.ts';
import { KeyCap } from '../../components/labels.tsx';
import { useCall } from '../../host.ts';
import { useKeys } from '../../shortcuts.ts';
import { nameOf, useRater } from './draft.ts';

/** Everything that can be rated: what runs wait for, and queues that were made to be rated. */
export function useQueues() {
  const { name } = useRater();
  const runs = useCall('ratings.queues', {}, { fresh: true });
  const queues = useCall('queues.list', { rater: nameOf(name) }, { fresh: true, keep: true });
  return { runs, queues };
}

interface PickerProps {
  readonly runs: readonly RatingQueue[];
  readonly queues: readonly QueueSummary[];
  /** Path of what is shown. */
  readonly value: string;
}

export const runPath = (id: string): string => `/rate/${id}`;
export const queuePath = (id: string): string => `/rate/queue/${id}`;

export function QueuePicker({ runs, queues, value }: PickerProps) {
  const [, navigate] = useLocation();
  return (
    <NativeSelect
      aria-label="Queue"
      value={value}
      data={[
        ...runs.map(({ runId, run }) => ({ value: runPath(runId), label: run })),
        ...queues.map(({ id, name }) => ({ value: queuePath(id), label: name })),
      ]}
      onChange={(event) => navigate(event.currentTarget.value)}
    />
  );
}

export function Blind() {
  return (
    <span className="pl-row pl-caption">
      <IconEyeOff size={14} aria-hidden="true" /> Blind, sides at random
    </span>
  );
}

export function RaterName() {
  const { name, setName } = useRater();
  const [typed, setTyped] = useState<string | null>(null);
  const take = () => {
    if (typed !== null) setName(typed.trim());
    setTyped(null);
  };
  return (
    <TextInput
      aria-label="Your name as rater"
      title="Kept with each rating"
      placeholder="me"
      value={typed ?? name}
      maxLength={100}
      w={100}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
    />
  );
}

export function UndoButton({ refused, onUndo }: { refused: string | null; onUndo: () => void }) {
  useKeys({ U: onUndo });
  return (
    <>
      {refused && (
        <span className="pl-caption" role="status">
          {refused}
        </span>
      )}
      <Button leftSection={<IconArrowBackUp />} rightSection={<KeyCap>U</KeyCap>} onClick={onUndo}>
        Undo
      </Button>
    </>
  );
}
