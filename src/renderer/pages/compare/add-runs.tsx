/** The list from which runs are added to a comparison. */
import { Button, Checkbox, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { methodLook } from '../../../charts/method-looks.ts';
import { counted } from '../../../charts/numbers.ts';
import type { RunSummary } from '../../../preload/contract/index.ts';
import { Dialog } from '../../components/dialog.tsx';
import { MethodMark, Status } from '../../components/labels.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';

/** Jobs that are no training have no curves. */
export const canBeCompared = ({ method }: RunSummary): boolean =>
  !/^(task_|compare_|reproduce|rating_|model_|lab$)/.test(method);

const textOf = (run: RunSummary): string =>
  `${run.name} ${methodLook(run.method).title} ${run.dataset ?? ''} ${run.group ?? ''}`.toLowerCase();

/** Runs drawn at once; more are found by their names. */
const MOST_SHOWN = 200;

function RunList({
  runs,
  chosen,
  onChange,
}: {
  runs: readonly RunSummary[];
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
}) {
  const [asked, setAsked] = useState('');
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  const found = runs.filter((run) => words.every((word) => textOf(run).includes(word)));
  const all = found.every(({ id }) => chosen.includes(id));
  const ids = found.map(({ id }) => id);
  return (
    <>
      <div className="pl-row">
        <TextInput
          className="pl-grow"
          data-autofocus
          aria-label="Find a run"
          placeholder="Name, method, data or group"
          leftSection={<IconSearch />}
          value={asked}
          onChange={(event) => setAsked(event.currentTarget.value)}
        />
        <Button
          variant="subtle"
          disabled={found.length === 0}
          onClick={() => onChange(all ? chosen.filter((id) => !ids.includes(id)) : [...new Set([...chosen, ...ids])])}
        >
          {all && found.length > 0 ? 'None of these' : `All ${found.length}`}
        </Button>
      </div>
      <fieldset className="pl-compare-list" aria-label="Runs">
        {found.slice(0, MOST_SHOWN).map((run) => (
          <Checkbox
            key={run.id}
            checked={chosen.includes(run.id)}
            onChange={(event) =>
              onChange(event.currentTarget.checked ? [...chosen, run.id] : chosen.filter((id) => id !== run.id))
            }
            label={
              <span className="pl-compare-run">
                <span className="pl-ellipsis pl-strong">{run.name}</span>
                <MethodMark method={run.method} />
                <Status status={run.status} ratings={run.ratingsWaiting} />
              </span>
            }
          />
        ))}
        {found.length > MOST_SHOWN && (
          <p className="pl-caption">{counted(found.length - MOST_SHOWN, 'more run')}: type a part of a name.</p>
        )}
        {found.length === 0 && <p className="pl-caption">No run has this name.</p>}
      </fieldset>
    </>
  );
}

export interface AddRunsProps {
  readonly chosen: readonly string[];
  readonly onChoose: (runs: readonly string[]) => void;
  readonly onClose: () => void;
}

export function AddRuns({ chosen, onChoose, onClose }: AddRunsProps) {
  const runs = useCall('runs.list', {}, { fresh: true });
  const [ids, setIds] = useState<readonly string[]>(chosen);
  const usable = (runs.data ?? []).filter(canBeCompared);
  return (
    <Dialog onClose={onClose} title="Runs to compare" size={640}>
      {runs.isPending && <SkeletonLines count={6} />}
      {runs.isError && (
        <ErrorState error={runs.error} what="The runs could not be read" onRetry={() => runs.refetch()} />
      )}
      {runs.data && <RunList runs={usable} chosen={ids} onChange={setIds} />}
      <div className="pl-row" style={{ justifyContent: 'flex-end', marginTop: 16 }}>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="filled"
          disabled={ids.length === 0}
          onClick={() => {
            onChoose(ids);
            onClose();
          }}
        >
          Compare {counted(ids.length, 'run')}
        </Button>
      </div>
    </Dialog>
  );
}
