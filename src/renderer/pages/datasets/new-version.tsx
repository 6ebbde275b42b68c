/** The dialog that makes a version from another: an operation, its parameters, the name of what comes out. */
import { Button, MultiSelect, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type {
  DatasetSummary,
  DerivedVersion,
  OperationEntry,
  VersionSummary,
} from '../../../preload/contract/index.ts';
import { Dialog } from '../../components/dialog.tsx';
import { FieldRow } from '../../components/param-form.tsx';
import { changedValues, type Field, fieldsOf, problemsOf, type Values } from '../../components/params.ts';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { useDeriveJob } from './derive-job.ts';
import { DeriveProgress } from './derive-progress.tsx';
import { TAG_WORDS } from './pair-query.ts';

/** What a form can hold; rows and edits come from the pair table. */
const FORM_KINDS: readonly Field['kind'][] = ['number', 'integer', 'switch', 'choice', 'text'];
const FROM_TABLE = ['rows', 'drop_rows', 'why', 'label'];

const fieldsFor = ({ params }: OperationEntry): readonly Field[] =>
  fieldsOf(params, FROM_TABLE).filter(({ kind }) => FORM_KINDS.includes(kind));

interface NewVersionProps {
  readonly dataset: DatasetSummary;
  readonly version: VersionSummary;
  readonly onMade: (made: readonly DerivedVersion[]) => void;
  readonly onClose: () => void;
}

type Label = 'wanted' | 'unwanted';

/** Whether an operation takes the label of single answers as a condition. */
const asksLabel = ({ params }: OperationEntry): boolean =>
  typeof params.properties === 'object' && params.properties !== null && 'label' in params.properties;

/** Three states, which no switch has: each label, or both. */
function LabelChoice({ value, onChange }: { value: Label | null; onChange: (label: Label | null) => void }) {
  const labels: readonly Label[] = ['wanted', 'unwanted'];
  return (
    <Select
      label="Label"
      description="Keep answers with this label"
      placeholder="both"
      clearable
      clearButtonProps={{ 'aria-label': 'Clear label' }}
      data={labels.map((label) => ({ value: label, label: TAG_WORDS[label] }))}
      value={value}
      onChange={(next) => onChange(labels.find((label) => label === next) ?? null)}
    />
  );
}

/** Other datasets of the same kind, by their newest version. */
function useOthers({ id, kind }: DatasetSummary) {
  const datasets = useCall('datasets.list', {});
  const others = datasets.data?.filter((each) => each.id !== id && each.kind === kind) ?? [];
  return others.flatMap(({ name, versions }) => {
    const [newest] = versions.toSorted((a, b) => b.number - a.number);
    return newest ? [{ value: newest.id, label: `${name} v${newest.number}` }] : [];
  });
}

function Form({
  entries,
  dataset,
  version,
  onMade,
  onClose,
}: NewVersionProps & { entries: readonly OperationEntry[] }) {
  const offered = entries.filter(({ id }) => id !== 'edit');
  const [chosen, setChosen] = useState(offered[0].id);
  const [values, setValues] = useState<Values>({});
  const [label, setLabel] = useState<Label | null>(null);
  const [insist, setInsist] = useState(false);
  const [name, setName] = useState('');
  const [others, setOthers] = useState<string[]>([]);
  const job = useDeriveJob(onMade);
  const choices = useOthers(dataset);
  const entry = offered.find(({ id }) => id === chosen) ?? offered[0];
  const fields = fieldsFor(entry);
  const problems = problemsOf(fields, values);
  const labelled = dataset.kind === 'unpaired' && asksLabel(entry);
  const missing = entry.several && others.length === 0;
  const make = () => {
    setInsist(true);
    if (Object.keys(problems).length > 0 || missing) return;
    const parents = [version.id, ...(entry.several ? others : [])];
    const names = name.trim() === '' ? undefined : name.split(',').map((each) => each.trim());
    const params = { ...changedValues(fields, values), ...(labelled && label ? { label: label === 'wanted' } : {}) };
    job.derive({ operation: entry.id, params, parents, names });
  };
  return (
    <div className="pl-new-version">
      <Select
        label="Operation"
        description={entry.summary}
        data={offered.map(({ id, title }) => ({ value: id, label: title }))}
        value={entry.id}
        allowDeselect={false}
        onChange={(id) => {
          setChosen(id ?? offered[0].id);
          setValues({});
          setInsist(false);
        }}
      />
      {entry.several && (
        <MultiSelect
          label="With"
          description="Their rows come behind those of this version."
          data={choices}
          value={others}
          onChange={setOthers}
          error={insist && missing ? 'Choose at least one dataset of the same kind.' : undefined}
        />
      )}
      <div>
        {fields.map((field) => (
          <FieldRow
            key={`${entry.id} ${field.key}`}
            field={field}
            values={values}
            onChange={(key, value) => setValues((was) => ({ ...was, [key]: value }))}
            problem={problems[field.key]}
            insist={insist}
          />
        ))}
      </div>
      {labelled && <LabelChoice value={label} onChange={setLabel} />}
      <TextInput
        label="Name"
        description={
          entry.id === 'split'
            ? `Two names with a comma between them; else ${dataset.name}-train, ${dataset.name}-test`
            : `Else ${entry.several ? `${dataset.name}-merged` : `the next version of ${dataset.name}`}`
        }
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <DeriveProgress job={job} what={entry.title} />
      <div className="pl-row pl-ends">
        <Button onClick={onClose}>Close</Button>
        <Button variant="filled" onClick={make} loading={job.running}>
          Make version
        </Button>
      </div>
    </div>
  );
}

export function NewVersion(props: NewVersionProps) {
  const operations = useCall('versions.operations', {});
  return (
    <Dialog onClose={props.onClose} title={`New version from v${props.version.number}`} size={640}>
      {operations.isPending && <SkeletonLines count={5} />}
      {operations.isError && (
        <ErrorState
          error={operations.error}
          what="The operations could not be read"
          onRetry={() => operations.refetch()}
        />
      )}
      {operations.data && <Form {...props} entries={operations.data} />}
    </Dialog>
  );
}
