/** The first steps of the wizard: method, model and data as cards, with what a method is for beside them. */
import { Select } from '@mantine/core';
import { IconClock, IconDatabase } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { counted, fixed, parameters } from '../../../charts/numbers.ts';
import type { DatasetSummary, MethodEntry, ModelSummary } from '../../../preload/contract/index.ts';
import { MethodMark } from '../../components/labels.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { EmptyState } from '../../components/states.tsx';
import { datasetName, useDraft } from './draft.ts';
import { NO_SWEEP } from './sweep.ts';

function Choice({
  name,
  checked,
  onChoose,
  children,
  small,
}: {
  name: string;
  checked: boolean;
  onChoose: () => void;
  children: ReactNode;
  small?: boolean;
}) {
  return (
    <label className={small ? 'pl-choice small' : 'pl-choice'}>
      <input type="radio" name={name} checked={checked} onChange={onChoose} />
      {children}
    </label>
  );
}

/** "prompts, preference or demonstrations". */
const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;

const needsWords = (method: MethodEntry) =>
  method.needs.dataset.length === 0 ? 'no data' : listed(method.needs.dataset);

const costWords = ({ cost }: MethodEntry) => `${fixed(cost, cost < 10 && cost % 1 !== 0 ? 1 : 0)}× the time of SFT`;

const fits = (method: MethodEntry, dataset: DatasetSummary) => method.needs.dataset.includes(dataset.kind);

/** Another method has other options; data that it can use stay, such as those that the wizard was opened from. */
export function chooseMethod(method: MethodEntry, datasets: readonly DatasetSummary[]): void {
  const { dataset } = useDraft.getState();
  const stays = datasets.some((each) => each.name === datasetName(dataset) && fits(method, each));
  useDraft.setState({ method: method.id, values: {}, dataset: stays ? dataset : null, sweep: NO_SWEEP });
}

export interface MethodStepProps {
  readonly methods: readonly MethodEntry[];
  readonly datasets: readonly DatasetSummary[];
}

export function MethodStep({ methods, datasets }: MethodStepProps) {
  const chosen = useDraft((draft) => draft.method);
  return (
    <>
      <div className="pl-choices" role="radiogroup" aria-label="Method">
        {methods.map((method) => (
          <Choice
            key={method.id}
            name="method"
            checked={chosen === method.id}
            onChoose={() => chooseMethod(method, datasets)}
          >
            <h2>
              <MethodMark method={method.mark} title={method.title} />
            </h2>
            <span className="pl-2">{method.summary}</span>
            <span className="pl-caption">
              <span className="pl-row">
                <IconDatabase size={14} aria-hidden="true" /> {needsWords(method)}
              </span>
              <span className="pl-row">
                <IconClock size={14} aria-hidden="true" /> {costWords(method)}
              </span>
            </span>
          </Choice>
        ))}
      </div>
      <p className="pl-caption">
        Time of a step, measured with 0.24 M parameters and 16 rows or prompts; longer answers make methods that sample
        dearer.
      </p>
    </>
  );
}

const LABELS = { model: 'Model', dataset: 'Data' } as const;

/** Cards of what the draft holds by name. */
function NameChoices({
  of,
  choices,
}: {
  of: keyof typeof LABELS;
  choices: readonly { readonly name: string; readonly facts: string; readonly caption: string }[];
}) {
  const chosen = useDraft((draft) => draft[of]);
  return (
    <div className="pl-choices" role="radiogroup" aria-label={LABELS[of]}>
      {choices.map(({ name, facts, caption }) => (
        <Choice
          key={name}
          name={of}
          small
          checked={(of === 'dataset' ? datasetName(chosen) : chosen) === name}
          onChoose={() => useDraft.setState({ [of]: name })}
        >
          <h2>{name}</h2>
          <span className="pl-2">{facts}</span>
          <span className="pl-caption">{caption}</span>
        </Choice>
      ))}
    </div>
  );
}

export function ModelStep({ models }: { models: readonly ModelSummary[] }) {
  if (models.length === 0)
    return (
      <EmptyState title="No models yet.">
        The quickstart trains one, and `plumb models import` adds one of yours.
      </EmptyState>
    );
  return (
    <NameChoices
      of="model"
      choices={models.map(({ name, family, parameters: count, layers, context, origin }) => ({
        name,
        facts: `${family}, ${parameters(count)} parameters, ${layers} layers, context ${context}`,
        caption: origin,
      }))}
    />
  );
}

/** Which version of the data: the newest, unless one is named. */
function VersionSelect({ dataset, chosen }: { dataset: DatasetSummary; chosen: string }) {
  const named = dataset.versions.map(({ number, rows, recipe }) => ({
    value: `${dataset.name}@${number}`,
    label: `v${number}, ${counted(rows, 'row')}, ${recipe}`,
  }));
  return (
    <Select
      label={`Version of ${dataset.name}`}
      w={420}
      data={[{ value: dataset.name, label: 'The newest version' }, ...named]}
      value={chosen}
      onChange={(version) => useDraft.setState({ dataset: version ?? dataset.name })}
      allowDeselect={false}
    />
  );
}

export function DataStep({ method, datasets }: { method: MethodEntry; datasets: readonly DatasetSummary[] }) {
  const chosen = useDraft((draft) => draft.dataset);
  const usable = datasets.filter((each) => fits(method, each));
  const dataset = usable.find(({ name }) => name === datasetName(chosen));
  if (method.needs.dataset.length === 0)
    return <EmptyState title={`${method.title} needs no dataset.`}>Go on to the parameters.</EmptyState>;
  if (usable.length === 0)
    return (
      <EmptyState title={`No dataset of the right kind: ${method.title} trains on ${needsWords(method)}.`}>
        Import one on Datasets; this draft stays as it is.{' '}
        {datasets.length > 0 && `${counted(datasets.length, 'dataset')} of another kind.`}
      </EmptyState>
    );
  return (
    <>
      <NameChoices
        of="dataset"
        choices={usable.map(({ name, rows, prompts, kind, format }) => ({
          name,
          facts: `${counted(rows, 'row')}, ${counted(prompts, 'prompt')}`,
          caption: `${kind}, ${format}`,
        }))}
      />
      {dataset && chosen !== null && dataset.versions.length > 1 && <VersionSelect dataset={dataset} chosen={chosen} />}
    </>
  );
}

export function MethodPanel({ method }: { method: MethodEntry }) {
  return (
    <SidePanel label={method.title} title={<MethodMark method={method.mark} title={method.title} />}>
      <p className="pl-prose pl-2">{method.summary}</p>
      {method.formula && <p className="pl-formula">{method.formula}</p>}
      <div>
        <h2>Good for</h2>
        <p className="pl-2">{method.goodFor}</p>
      </div>
      <div>
        <h2>Watch</h2>
        <p className="pl-2">{method.watch}</p>
      </div>
      <div>
        <h2>Papers</h2>
        <ul>
          {method.papers.map((paper) => (
            <li key={paper.url}>
              <a href={paper.url} target="_blank" rel="noreferrer">
                {paper.title}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </SidePanel>
  );
}
