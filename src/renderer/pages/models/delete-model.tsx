/** The question before a model is deleted: what goes, what it frees, who will miss it; or why it stays. */
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { bytes, counted } from '../../../charts/numbers.ts';
import type { ModelDetail } from '../../../preload/contract/index.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useAction } from '../../host.ts';
import { offerUndo } from './undo-delete.tsx';

const MOST_NAMES = 4;

/** "a, b and 3 more". */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES);
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

export interface DeleteModelProps {
  readonly detail: ModelDetail;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

export function DeleteModel({ detail, onDeleted, onClose }: DeleteModelProps) {
  const { model, keptBecause } = detail;
  if (keptBecause !== null)
    return (
      <Dialog onClose={onClose} title={`${model.name} stays`} size={460}>
        <p className="pl-2">{keptBecause}</p>
        <div className="pl-row pl-dialog-foot">
          <Button onClick={onClose}>Close</Button>
        </div>
      </Dialog>
    );
  return <Ask detail={detail} onDeleted={onDeleted} onClose={onClose} />;
}

function Ask({ detail, onDeleted, onClose }: DeleteModelProps) {
  const { model, frees, dependents, run } = detail;
  const [typed, setTyped] = useState('');
  const remove = useAction('models.remove', ['models.list']);
  const used = dependents.runs.map(({ name }) => name);
  return (
    <Confirm
      title={`Delete ${model.name}?`}
      act="Delete model"
      keep="Keep"
      ready={used.length === 0 || typed === model.name}
      onAct={() =>
        remove.mutateAsync({ id: model.id }).then(() => {
          offerUndo(model);
          onDeleted();
        })
      }
      onClose={onClose}
    >
      <p>
        {frees > 0
          ? `Frees ${bytes(frees)}. For ten seconds it can be taken back.`
          : `It leaves the list and frees nothing: its files belong to the run ${run?.name ?? model.origin} and go with that.`}
      </p>
      {used.length > 0 && (
        <>
          <p>
            {counted(used.length, 'run')} named it and will keep {used.length === 1 ? 'its' : 'their'} numbers, but
            cannot be resumed or repeated: {listed(used)}.
          </p>
          <TextInput
            mt={8}
            label={`Type ${model.name} to delete it`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </>
      )}
    </Confirm>
  );
}
