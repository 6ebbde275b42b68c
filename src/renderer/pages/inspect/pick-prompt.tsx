/** Prompts to pick from: held-out ones of a built-in task, or the rows of a dataset, whose answers come along to be forced. */
import { Button, Modal, Select } from '@mantine/core';
import { useState } from 'react';
import { whole } from '../../../charts/numbers.ts';
import type { Input, PickedPrompt } from '../../../preload/contract/index.ts';
import { SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { oneLine } from '../datasets/chat-text.ts';
import { type Prompt, useParts } from './state.ts';

const PAGE = 50;

/** A conversation that ends with its user's turn can be edited there; what came before it stays. */
export function toPrompt({ prompt }: PickedPrompt): Prompt {
  if (typeof prompt === 'string') return { before: [], text: prompt, chat: false };
  const last = prompt.at(-1);
  return last?.role === 'user'
    ? { before: prompt.slice(0, -1), text: last.content, chat: true }
    : { before: prompt, text: '', chat: true };
}

function sourceOf(value: string, page: number): Input<'generations.prompts'> {
  const [from, id] = [value.slice(0, value.indexOf(':')), value.slice(value.indexOf(':') + 1)];
  return from === 'task'
    ? { from: 'task', task: id, seed: page, count: PAGE }
    : { from: 'dataset', versionId: id, offset: page * PAGE, count: PAGE };
}

/** What prompts can come from: "task:ID" and "dataset:VERSION". */
function useSources(enabled: boolean) {
  const tasks = useCall('catalogue.tasks', {}, { enabled });
  const datasets = useCall('datasets.list', {}, { enabled, fresh: true });
  return [
    {
      group: 'Held-out prompts of a task',
      items: (tasks.data ?? []).map(({ id, title }) => ({ value: `task:${id}`, label: title })),
    },
    {
      group: 'Datasets',
      items: (datasets.data ?? []).flatMap(({ name, versions }) =>
        versions.slice(0, 1).map(({ id, number }) => ({ value: `dataset:${id}`, label: `${name}@${number}` })),
      ),
    },
  ];
}

function Rows({ source, page, onPick }: { source: string; page: number; onPick: (picked: PickedPrompt) => void }) {
  const { data, error } = useCall('generations.prompts', sourceOf(source, page), { keep: true });
  if (error) return <p className="pl-danger">{error.message}</p>;
  if (!data) return <SkeletonLines count={6} />;
  if (data.prompts.length === 0) return <p className="pl-2">There are no more rows.</p>;
  return (
    <ul className="pl-pick-list">
      {data.prompts.map((picked, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of one page in their order
        <li key={index}>
          <button type="button" className="pl-pick" onClick={() => onPick(picked)}>
            {oneLine(picked.prompt) || '(empty)'}
          </button>
        </li>
      ))}
    </ul>
  );
}

export function PickPrompt({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { set } = useParts('set');
  const sources = useSources(opened);
  const [chosen, setChosen] = useState<string | null>(null);
  const [page, setPage] = useState(0);
  const source = chosen ?? sources.flatMap(({ items }) => items)[0]?.value ?? null;
  const pick = (picked: PickedPrompt) => {
    const answers = picked.chosen === null ? {} : { chosen: picked.chosen, rejected: picked.rejected ?? '' };
    set({ prompt: toPrompt(picked), ...answers });
    onClose();
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Pick a prompt" size={760}>
      <div className="pl-row">
        <Select
          className="pl-grow"
          aria-label="Where from"
          data={sources}
          value={source}
          searchable
          onChange={(value) => {
            setChosen(value);
            setPage(0);
          }}
        />
        <Button disabled={page === 0} onClick={() => setPage(page - 1)}>
          Back
        </Button>
        <span className="pl-caption">page {whole(page + 1)}</span>
        <Button onClick={() => setPage(page + 1)}>More</Button>
      </div>
      {source !== null && <Rows source={source} page={page} onPick={pick} />}
    </Modal>
  );
}
