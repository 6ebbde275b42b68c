/** Clone, pause, resume, stop and delete: the buttons of a run, their keys, and the dialogs that ask first. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import {
  IconChartDots,
  IconCopy,
  IconMicroscope,
  IconPlayerPause,
  IconPlayerPlay,
  IconSquare,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { bytes, counted } from '../../../charts/numbers.ts';
import type { RunDetail } from '../../../preload/contract/index.ts';
import { Confirm } from '../../components/confirm.tsx';
import { PrimaryButton } from '../../components/page-header.tsx';
import { useAction, useCall } from '../../host.ts';
import { useKeys } from '../../shortcuts.ts';
import { canBeCompared } from '../compare/add-runs.tsx';
import { comparePath } from '../compare/view.ts';
import { draftFromRun, useDraft } from '../experiments/draft.ts';
import { canResume, isActive } from './run-state.ts';

/** Opens the wizard with the config of this run. */
export function useClone(run: RunDetail): () => void {
  const [, navigate] = useLocation();
  return () => {
    useDraft.setState(draftFromRun(run));
    navigate('/experiments/new');
  };
}

/** This run, and with it those that were started together. */
function useCompare(run: RunDetail): () => void {
  const [, navigate] = useLocation();
  const runs = useCall('runs.list', {}, { enabled: run.group !== null });
  const group = (runs.data ?? []).filter((each) => each.group === run.group && canBeCompared(each));
  const ids = [run.id, ...group.map(({ id }) => id).filter((id) => id !== run.id)];
  return () => navigate(comparePath(ids));
}

type Asking = 'stop' | 'delete' | null;

function AskDialogs({ run, asking, close }: { run: RunDetail; asking: Asking; close: () => void }) {
  const [, navigate] = useLocation();
  const stop = useAction('runs.stop', ['runs.get', 'runs.list']);
  const remove = useAction('runs.remove', ['runs.list', 'models.list']);
  const size = run.checkpoints.reduce((sum, checkpoint) => sum + checkpoint.bytes, 0);
  if (asking === 'stop')
    return (
      <Confirm
        title={`Stop ${run.name}?`}
        act="Stop run"
        keep="Keep running"
        onAct={() => stop.mutateAsync({ id: run.id })}
        onClose={close}
      >
        {run.status === 'queued'
          ? run.startedAt === null
            ? 'It has not begun yet and leaves the queue.'
            : 'It leaves the queue. You can resume it from its newest checkpoint.'
          : 'It stops after the step it is in and writes a checkpoint. You can resume from there.'}
      </Confirm>
    );
  if (asking === 'delete')
    return (
      <Confirm
        title={`Delete ${run.name}?`}
        act="Delete run"
        keep="Keep"
        onAct={() => remove.mutateAsync({ id: run.id }).then(() => navigate('/experiments'))}
        onClose={close}
      >
        Its metrics, samples, log, model and {counted(run.checkpoints.length, 'checkpoint')} go
        {size > 0 ? `, which frees ${bytes(size)}` : ''}.
      </Confirm>
    );
  return null;
}

export function RunActions({ run, onError }: { run: RunDetail; onError: (error: Error | null) => void }) {
  const [asking, ask] = useState<Asking>(null);
  const [, navigate] = useLocation();
  const clone = useClone(run);
  const compare = useCompare(run);
  const pause = useAction('runs.pause', ['runs.get']);
  const resume = useAction('runs.resume', ['runs.get']);
  const input = { id: run.id };
  const act = (action: typeof pause) => action.mutate(input, { onSuccess: () => onError(null), onError });
  const active = isActive(run.status);
  useKeys({
    P: () => (run.status === 'running' ? act(pause) : run.status === 'paused' && act(resume)),
    'Shift+S': () => active && ask('stop'),
  });
  return (
    <>
      {!active && (
        <Tooltip label="Delete run">
          <ActionIcon aria-label={`Delete ${run.name}`} onClick={() => ask('delete')}>
            <IconTrash />
          </ActionIcon>
        </Tooltip>
      )}
      <Button variant="subtle" leftSection={<IconCopy />} onClick={clone}>
        Clone
      </Button>
      {run.status === 'finished' && canBeCompared(run) && run.method !== 'reward' && (
        <Button
          leftSection={<IconMicroscope />}
          onClick={() => navigate(`/inspect?${new URLSearchParams({ a: run.name })}`)}
        >
          Inspect
        </Button>
      )}
      {run.status === 'running' && (
        <Tooltip label="P; keeps its memory">
          <Button leftSection={<IconPlayerPause />} loading={pause.isPending} onClick={() => act(pause)}>
            Pause
          </Button>
        </Tooltip>
      )}
      {active && (
        <Tooltip label="Shift S">
          <Button leftSection={<IconSquare />} onClick={() => ask('stop')}>
            Stop
          </Button>
        </Tooltip>
      )}
      {canResume(run.status) && (
        <PrimaryButton leftSection={<IconPlayerPlay />} loading={resume.isPending} onClick={() => act(resume)}>
          Resume
        </PrimaryButton>
      )}
      {canBeCompared(run) &&
        (canResume(run.status) ? (
          <Button leftSection={<IconChartDots />} onClick={compare}>
            Compare
          </Button>
        ) : (
          <PrimaryButton leftSection={<IconChartDots />} onClick={compare}>
            Compare
          </PrimaryButton>
        ))}
      <AskDialogs run={run} asking={asking} close={() => ask(null)} />
    </>
  );
}
