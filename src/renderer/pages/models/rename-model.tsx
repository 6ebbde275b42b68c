/** The dialog that gives a model another name. */
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { queries, useAction } from '../../host.ts';

export interface RenameModelProps {
  readonly model: { readonly id: string; readonly name: string };
  readonly onRenamed?: (name: string) => void;
  readonly onClose: () => void;
}

/** All that a page may have read under the old name. */
const STALE = ['models.list', 'models.get', 'runs.list', 'runs.get', 'generations.models', 'compare.open'] as const;

export function RenameModel({ model, onRenamed, onClose }: RenameModelProps) {
  const [name, setName] = useState(model.name);
  const rename = useAction('models.rename');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate(
      { id: model.id, name },
      {
        onSuccess: (renamed) => {
          // the page goes to the new name before it hears that nothing has the old one
          onRenamed?.(renamed.name);
          onClose();
          for (const each of STALE) void queries.invalidateQueries({ queryKey: [each] });
        },
      },
    );
  };
  return (
    <Dialog onClose={onClose} title={`Rename ${model.name}`} size={460}>
      <form onSubmit={submit}>
        <TextInput
          data-autofocus
          label="Name"
          description="Runs, queues and verdicts that name it go on. Its folder stays where it is."
          value={name}
          maxLength={128}
          onChange={(event) => setName(event.currentTarget.value)}
          error={rename.error?.message}
        />
        <div className="pl-row pl-dialog-foot">
          <Button onClick={onClose}>Keep the name</Button>
          <Button type="submit" variant="filled" loading={rename.isPending}>
            Rename model
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
