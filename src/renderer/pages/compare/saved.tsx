/** Saved comparisons: opened, saved under a name, renamed by saving, deleted. */
import { Button, Menu, TextInput } from '@mantine/core';
import { IconBookmark, IconChevronDown, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { SavedComparison } from '../../../preload/contract/index.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useAction } from '../../host.ts';
import { comparePath, type ViewState } from './view.ts';

type Asking = 'save' | 'save-as' | 'delete' | null;

function SaveDialog({ state, asNew, onClose }: { state: ViewState; asNew: boolean; onClose: () => void }) {
  const [, navigate] = useLocation();
  const { saved, view } = state;
  const [name, setName] = useState(asNew ? '' : (saved?.name ?? ''));
  const save = useAction('compare.save', ['compare.saved']);
  const id = asNew ? undefined : saved?.id;
  const submit = () =>
    save.mutate(
      { id, name, view },
      {
        onSuccess: (done) => {
          onClose();
          navigate(comparePath(done.view.runs, done.id), { replace: true });
        },
      },
    );
  return (
    <Dialog onClose={onClose} title={id ? 'Save this comparison' : 'Save as a new comparison'} size={440}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextInput
          data-autofocus
          label="Name"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
          error={save.error?.message}
        />
        <p className="pl-caption">Runs, hidden series, axes, metrics, baseline and judge are kept.</p>
        <div className="pl-row" style={{ justifyContent: 'flex-end', marginTop: 16 }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={save.isPending} disabled={name.trim() === ''}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function DeleteDialog({ saved, onClose }: { saved: SavedComparison; onClose: () => void }) {
  const [, navigate] = useLocation();
  const forget = useAction('compare.forget', ['compare.saved']);
  return (
    <Confirm
      title={`Delete the comparison "${saved.name}"?`}
      act="Delete comparison"
      keep="Keep"
      onAct={() =>
        forget.mutateAsync({ id: saved.id }).then(() => navigate(comparePath(saved.view.runs), { replace: true }))
      }
      onClose={onClose}
    >
      Its runs stay, and so does what judges said of them.
    </Confirm>
  );
}

export function SavedMenu({ state }: { state: ViewState }) {
  const [, navigate] = useLocation();
  const [asking, ask] = useState<Asking>(null);
  const { saved, savedList, view } = state;
  const some = view.runs.length > 0;
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button leftSection={<IconBookmark />} rightSection={<IconChevronDown />}>
            {saved?.name ?? 'Saved comparisons'}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {savedList.map((each) => (
            <Menu.Item
              key={each.id}
              onClick={() => navigate(comparePath(each.view.runs, each.id))}
              rightSection={<span className="pl-caption">{counted(each.view.runs.length, 'run')}</span>}
            >
              {each.name}
            </Menu.Item>
          ))}
          {savedList.length === 0 && <Menu.Label>None yet</Menu.Label>}
          <Menu.Divider />
          {saved && (
            <Menu.Item disabled={!some} onClick={() => ask('save')}>
              Save changes or rename
            </Menu.Item>
          )}
          <Menu.Item disabled={!some} onClick={() => ask('save-as')}>
            Save as
          </Menu.Item>
          {saved && (
            <Menu.Item leftSection={<IconTrash size={16} stroke={1.6} />} onClick={() => ask('delete')}>
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {(asking === 'save' || asking === 'save-as') && (
        <SaveDialog state={state} asNew={asking === 'save-as'} onClose={() => ask(null)} />
      )}
      {asking === 'delete' && saved && <DeleteDialog saved={saved} onClose={() => ask(null)} />}
    </>
  );
}
