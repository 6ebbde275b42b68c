/** What can be done with several runs at once: compare, inspect, rate, tag, note, clone, stop, delete. */
import { Button, TagsInput } from '@mantine/core';
import {
  IconChartDots,
  IconCopy,
  IconMicroscope,
  IconScale,
  IconSquare,
  IconTag,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { RunSummary } from '../../../preload/contract/index.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { GrowingText } from '../../components/growing-text.tsx';
import { KeyCap } from '../../components/labels.tsx';
import { call, queries, useAction } from '../../host.ts';
import { canBeCompared } from '../compare/add-runs.tsx';
import { comparePath } from '../compare/view.ts';
import { isActive } from '../run/run-state.ts';
import { draftFromRun, useDraft } from './draft.ts';

type Asking = 'stop' | 'delete' | 'tag' | null;

const common = (runs: readonly RunSummary[]): string[] =>
  runs.length === 0 ? [] : runs[0].tags.filter((tag) => runs.every(({ tags }) => tags.includes(tag)));

/** Tags that all of them have, and notes; notes of several runs are replaced only when something is typed. */
export function TagDialog({ runs, onClose }: { runs: readonly RunSummary[]; onClose: () => void }) {
  const before = common(runs);
  const noted = runs.length === 1 ? runs[0].notes : '';
  const [tags, setTags] = useState<string[]>(before);
  const [notes, setNotes] = useState(noted);
  const annotate = useAction('runs.annotate', ['runs.list', 'runs.get']);
  const all = [...new Set((queries.getQueryData<RunSummary[]>(['runs.list', {}]) ?? []).flatMap((run) => run.tags))];
  const save = () =>
    annotate.mutate(
      {
        ids: runs.map(({ id }) => id),
        add: tags.filter((tag) => !before.includes(tag)),
        remove: before.filter((tag) => !tags.includes(tag)),
        ...(notes === noted ? {} : { notes }),
      },
      { onSuccess: onClose },
    );
  return (
    <Dialog onClose={onClose} title={`Tags and notes of ${counted(runs.length, 'run')}`} size={460}>
      <TagsInput
        data-autofocus
        // an empty list that is open would take the first Escape
        openOnFocus={all.length > 0}
        label="Tags"
        description={runs.length > 1 ? 'Those that all of them have.' : 'Enter or a comma ends a tag.'}
        data={all}
        value={tags}
        onChange={setTags}
        maxLength={40}
      />
      <GrowingText
        mt="md"
        label="Notes"
        minRows={3}
        maxRows={10}
        value={notes}
        maxLength={10_000}
        description={runs.length > 1 ? 'What is typed replaces the notes of all of them.' : undefined}
        onChange={(event) => setNotes(event.currentTarget.value)}
      />
      {annotate.error && (
        <p className="pl-danger" role="alert">
          {annotate.error.message}
        </p>
      )}
      <div className="pl-row" style={{ justifyContent: 'flex-end', marginTop: 16 }}>
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="filled" loading={annotate.isPending} onClick={save}>
          Save
        </Button>
      </div>
    </Dialog>
  );
}

/** One after the other; those done before a refusal stay done, and the refusal is told. */
async function forEach(runs: readonly RunSummary[], act: (id: string) => Promise<unknown>): Promise<void> {
  try {
    for (const { id } of runs) await act(id);
  } finally {
    for (const name of ['runs.list', 'models.list']) await queries.invalidateQueries({ queryKey: [name] });
  }
}

/** Panes of Inspect. */
const MOST_PANES = 4;

/** A run whose model answers goes by the run's name. */
const canAnswer = (run: RunSummary): boolean =>
  run.status === 'finished' && canBeCompared(run) && run.method !== 'reward';

/** Where the answers of these runs are read side by side, and rated against each other. */
function AnswerButtons({ runs }: { runs: readonly RunSummary[] }) {
  const [, navigate] = useLocation();
  const names = runs.filter(canAnswer).map(({ name }) => name);
  if (names.length === 0) return null;
  const panes = new URLSearchParams(names.slice(0, MOST_PANES).map((name, i) => ['abcd'[i], name]));
  return (
    <>
      <Button
        leftSection={<IconMicroscope />}
        title={names.length > MOST_PANES ? `The first ${MOST_PANES} of them` : undefined}
        onClick={() => navigate(`/inspect?${panes}`)}
      >
        Inspect
      </Button>
      {names.length > 1 && (
        <Button
          leftSection={<IconScale />}
          onClick={() => navigate(`/rate/new?${new URLSearchParams({ models: names.join() })}`)}
        >
          Rate
        </Button>
      )}
    </>
  );
}

/** Opens the wizard with the config of this run. */
function CloneButton({ run }: { run: RunSummary }) {
  const [, navigate] = useLocation();
  const clone = () =>
    queries
      .fetchQuery({ queryKey: ['runs.get', { id: run.id }], queryFn: () => call('runs.get', { id: run.id }) })
      .then((detail) => {
        useDraft.setState(draftFromRun(detail));
        navigate('/experiments/new');
      });
  return (
    <Button variant="subtle" leftSection={<IconCopy />} onClick={() => void clone()}>
      Clone
    </Button>
  );
}

export interface BulkBarProps {
  readonly runs: readonly RunSummary[];
  readonly onClear: () => void;
  /** Opened by a key of the table. */
  readonly tagging: boolean;
  readonly onTagging: (open: boolean) => void;
}

export function BulkBar({ runs, onClear, tagging, onTagging }: BulkBarProps) {
  const [, navigate] = useLocation();
  const [asking, ask] = useState<Asking>(null);
  const active = runs.filter(({ status }) => isActive(status));
  const over = runs.filter(({ status }) => !isActive(status));
  const curves = runs.filter(canBeCompared);
  const close = () => ask(null);
  return (
    <div className="pl-foot pl-bulk" role="toolbar" aria-label="Selected runs">
      <span className="pl-strong">{runs.length} selected</span>
      <Button variant="subtle" onClick={onClear}>
        Clear
      </Button>
      <Button
        leftSection={<IconChartDots />}
        rightSection={<KeyCap>C</KeyCap>}
        disabled={curves.length === 0}
        onClick={() => navigate(comparePath(curves.map(({ id }) => id)))}
      >
        Compare
      </Button>
      <AnswerButtons runs={runs} />
      <Button variant="subtle" leftSection={<IconTag />} onClick={() => onTagging(true)}>
        Tag
      </Button>
      {runs.length === 1 && canBeCompared(runs[0]) && <CloneButton run={runs[0]} />}
      {active.length > 0 && (
        <Button variant="subtle" leftSection={<IconSquare />} onClick={() => ask('stop')}>
          Stop {active.length}
        </Button>
      )}
      {over.length > 0 && (
        <Button variant="subtle" leftSection={<IconTrash />} onClick={() => ask('delete')}>
          Delete {over.length}
        </Button>
      )}
      {tagging && <TagDialog runs={runs} onClose={() => onTagging(false)} />}
      {asking === 'stop' && (
        <Confirm
          title={`Stop ${counted(active.length, 'run')}?`}
          act="Stop runs"
          keep="Keep running"
          onAct={() => forEach(active, (id) => call('runs.stop', { id }))}
          onClose={close}
        >
          What has begun writes a checkpoint and can be resumed; what waits leaves the queue.
        </Confirm>
      )}
      {asking === 'delete' && (
        <Confirm
          title={`Delete ${counted(over.length, 'run')}?`}
          act="Delete runs"
          keep="Keep"
          onAct={() => forEach(over, (id) => call('runs.remove', { id })).then(onClear)}
          onClose={close}
        >
          Their metrics, samples, logs, models and checkpoints go. Comparisons keep what judges said.
        </Confirm>
      )}
    </div>
  );
}
