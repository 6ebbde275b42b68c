/** Fixed strings that nobody wants as answers: how likely each model finds them, and how far training moved them. */
import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { create } from 'zustand';
import { fixed, signed } from '../../../charts/numbers.ts';
import type { ModelChoice } from '../../../preload/contract/index.ts';
import { Banner, MethodMark } from '../../components/labels.tsx';
import { call } from '../../host.ts';
import { choiceOf, referenceOf, titleOf } from './models.ts';
import { PromptBox } from './prompt-box.tsx';
import { LETTERS, promptOf, useInspect, usePaneModels, useParts } from './state.ts';
import { Beside } from './toolbar.tsx';

interface Column {
  readonly model: string;
  /** By the text of the probe. */
  readonly logps: ReadonlyMap<string, number | null>;
  readonly error: string | null;
}

interface Probed {
  readonly busy: boolean;
  readonly reference: string | null;
  readonly columns: readonly Column[];
}

const useProbed = create<Probed>()(() => ({ busy: false, reference: null, columns: [] }));
let asked = 0;

/** Asks every pane's model and the reference. */
export async function readProbes(choices: readonly ModelChoice[]): Promise<void> {
  const { prompt, probes, panes, reference: wanted } = useInspect.getState();
  const own = panes.map(({ model }) => model);
  const reference = referenceOf(choices, own, wanted);
  const models = [...new Set([...(reference === null ? [] : [reference]), ...own])];
  if (probes.length === 0) return;
  const turn = ++asked;
  useProbed.setState({ busy: true });
  const columns = await Promise.all(
    models.map(
      (model): Promise<Column> =>
        call('generations.probes', { model, prompt: promptOf(prompt), probes: [...probes] }).then(
          (found) => ({ model, logps: new Map(probes.map((probe, i) => [probe, found[i].logp])), error: null }),
          (error: Error) => ({ model, logps: new Map(), error: error.message }),
        ),
    ),
  );
  if (turn === asked) useProbed.setState({ busy: false, reference, columns });
}

/** The change of largest size among the models that are not the reference. */
export function largestChange(
  logps: readonly (number | null)[],
  reference: number | null,
): { readonly at: number; readonly change: number } | null {
  let best: { at: number; change: number } | null = null;
  for (const [at, logp] of logps.entries()) {
    if (logp === null || reference === null) continue;
    const change = logp - reference;
    if (best === null || Math.abs(change) > Math.abs(best.change)) best = { at, change };
  }
  return best;
}

/** A string that became e² times as likely is worth a look. */
const WORTH_A_LOOK = 2;

function ProbeRow({ probe, onRemove }: { probe: string; onRemove: () => void }) {
  const { columns, reference } = useProbed();
  const panes = usePaneModels();
  const of = (model: string) => columns.find((column) => column.model === model)?.logps.get(probe) ?? null;
  const base = reference === null ? null : of(reference);
  const values = panes.map((model) => (model === reference ? null : of(model)));
  const largest = largestChange(values, base);
  return (
    <tr>
      <th scope="row" className="pl-mono" title={probe}>
        {probe === '' ? '(empty answer)' : probe}
      </th>
      <td className="end">{fixed(base, 1)}</td>
      {panes.map((model, i) => (
        <td key={LETTERS[i]} className="end">
          {fixed(of(model), 1)}
        </td>
      ))}
      <td className="end">
        {largest && largest.change > WORTH_A_LOOK && (
          <span className="pl-run-warning">
            <IconAlertTriangle size={14} stroke={1.6} aria-label="much more likely than under the reference" />
          </span>
        )}{' '}
        {largest ? `${LETTERS[largest.at]} ${signed(largest.change, 1)}` : '–'}
      </td>
      <td className="end">
        <ActionIcon
          size={24}
          aria-label={`Remove the probe ${probe === '' ? '(empty answer)' : probe}`}
          onClick={onRemove}
        >
          <IconX />
        </ActionIcon>
      </td>
    </tr>
  );
}

function AddProbe() {
  const { probes, set } = useParts('probes', 'set');
  const [typed, setTyped] = useState('');
  const add = () => {
    if (probes.includes(typed)) return;
    set({ probes: [...probes, typed] });
    setTyped('');
  };
  return (
    <form
      className="pl-row"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <TextInput
        className="pl-grow"
        aria-label="A string to add"
        placeholder="A string that nobody wants as an answer; nothing = the empty answer"
        value={typed}
        error={typed !== '' && probes.includes(typed) ? 'It is in the list.' : undefined}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" leftSection={<IconPlus />} disabled={probes.includes(typed)}>
        Add
      </Button>
    </form>
  );
}

function Table({ choices }: { choices: readonly ModelChoice[] }) {
  const { probes, set } = useParts('probes', 'set');
  const panes = usePaneModels();
  const { reference } = useProbed();
  const title = (model: string) => {
    const choice = choiceOf(choices, model);
    return choice ? titleOf(choice) : model;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="pl-card flush pl-wide-table" tabIndex={0} aria-label="Probes">
      <table className="pl-table pl-probe-table">
        <thead>
          <tr>
            <th>Probe</th>
            <th className="end">
              {reference === null ? 'Reference' : <MethodMark method="ref" title={title(reference)} />}
            </th>
            {panes.map((model, i) => (
              <th key={LETTERS[i]} className="end">
                <MethodMark
                  method={choiceOf(choices, model)?.method ?? 'ref'}
                  title={`${LETTERS[i]} ${title(model)}`}
                />
              </th>
            ))}
            <th className="end">Largest change</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {probes.map((probe) => (
            <ProbeRow
              key={probe}
              probe={probe}
              onRemove={() => set({ probes: probes.filter((other) => other !== probe) })}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function ProbesTab({ choices }: { choices: readonly ModelChoice[] }) {
  const { probes } = useParts('probes');
  const panes = usePaneModels();
  const { busy, columns } = useProbed();
  return (
    <>
      <div className="pl-inspect-top">
        <PromptBox model={panes[0] ?? null} />
        <p className="pl-caption pl-shared">
          ln p of each string and the end token behind this prompt, in nats, as the probes of a run count it. What gains
          far from the data was never asked for.
        </p>
      </div>
      <div className="pl-inspect-bar">
        <Button loading={busy} disabled={probes.length === 0} onClick={() => void readProbes(choices)}>
          Read probes
        </Button>
        <span className="pl-grow" />
        <Beside choices={choices} />
      </div>
      {columns
        .filter(({ error }) => error !== null)
        .map(({ model, error }) => (
          <Banner key={model} tone="danger" title={`${model} could not read them.`}>
            {error}
          </Banner>
        ))}
      <Table choices={choices} />
      <AddProbe />
    </>
  );
}
