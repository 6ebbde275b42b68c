/** New run: method, model, data, parameters, review, start. */

import { Button, TextInput } from '@mantine/core';
import { IconAlertCircle, IconDatabase, IconPlayerPlay } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import type { DatasetSummary, MethodEntry, ModelSummary } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { Facts } from '../../components/figures.tsx';
import { MethodMark } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { ParamForm } from '../../components/param-form.tsx';
import { changedValues, type Field, fieldsOf, problemsOf } from '../../components/params.ts';
import { SidePanel } from '../../components/side-panel.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { Stepper } from '../../components/stepper.tsx';
import { useAction, useCall } from '../../host.ts';
import { counted, parameters, shown } from '../../numbers.ts';
import { useKeys } from '../../shortcuts.ts';
import { EMPTY_DRAFT, useDraft, WIZARD_KEYS } from './draft.ts';

const STEPS = ['Method', 'Model', 'Data', 'Parameters', 'Review'] as const;

interface Catalogue {
  readonly methods: readonly MethodEntry[];
  readonly models: readonly ModelSummary[];
  readonly datasets: readonly DatasetSummary[];
}

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

const needsWords = (method: MethodEntry) =>
  method.needs.dataset.length === 0 ? 'no data' : method.needs.dataset.join(' or ');

function MethodStep({ methods }: { methods: readonly MethodEntry[] }) {
  const chosen = useDraft((draft) => draft.method);
  return (
    <div className="pl-choices" role="radiogroup" aria-label="Method">
      {methods.map((method) => (
        <Choice
          key={method.id}
          name="method"
          checked={chosen === method.id}
          onChoose={() =>
            useDraft.setState({ method: method.id, values: {}, ...(chosen === method.id ? {} : { dataset: null }) })
          }
        >
          <h2>
            <MethodMark method={method.mark} title={method.title} />
          </h2>
          <span className="pl-2">{method.summary}</span>
          <span className="pl-caption">
            <span className="pl-row">
              <IconDatabase size={14} aria-hidden="true" /> {needsWords(method)}
            </span>
          </span>
        </Choice>
      ))}
    </div>
  );
}

function ModelStep({ models }: { models: readonly ModelSummary[] }) {
  const chosen = useDraft((draft) => draft.model);
  if (models.length === 0)
    return (
      <EmptyState title="No models yet.">
        The quickstart trains one, and `plumb models import` adds one of yours.
      </EmptyState>
    );
  return (
    <div className="pl-choices" role="radiogroup" aria-label="Model">
      {models.map((model) => (
        <Choice
          key={model.id}
          name="model"
          small
          checked={chosen === model.name}
          onChoose={() => useDraft.setState({ model: model.name })}
        >
          <h2>{model.name}</h2>
          <span className="pl-2">
            {model.family}, {parameters(model.parameters)} parameters, {model.layers} layers, context {model.context}
          </span>
          <span className="pl-caption">{model.origin}</span>
        </Choice>
      ))}
    </div>
  );
}

const fits = (method: MethodEntry, dataset: DatasetSummary) => method.needs.dataset.includes(dataset.kind);

function DataStep({ method, datasets }: { method: MethodEntry; datasets: readonly DatasetSummary[] }) {
  const chosen = useDraft((draft) => draft.dataset);
  const usable = datasets.filter((dataset) => fits(method, dataset));
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
    <div className="pl-choices" role="radiogroup" aria-label="Data">
      {usable.map((dataset) => (
        <Choice
          key={dataset.id}
          name="dataset"
          small
          checked={chosen === dataset.name}
          onChoose={() => useDraft.setState({ dataset: dataset.name })}
        >
          <h2>{dataset.name}</h2>
          <span className="pl-2">
            {counted(dataset.rows, 'row')}, {counted(dataset.prompts, 'prompt')}
          </span>
          <span className="pl-caption">
            {dataset.kind}, {dataset.format}
          </span>
        </Choice>
      ))}
    </div>
  );
}

function MethodPanel({ method }: { method: MethodEntry }) {
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

function SummaryPanel({ method }: { method: MethodEntry }) {
  const draft = useDraft();
  return (
    <SidePanel label="Summary" title={<h2>This run</h2>}>
      <Facts
        rows={[
          ['Method', <MethodMark key="m" method={method.mark} title={method.title} />],
          ['Model', draft.model ?? '–'],
          [
            'Reference',
            shown(
              draft.values.ref_model ?? (method.needs.model ? `${draft.model ?? 'the model'}, as it starts` : null),
            ),
          ],
          ['Data', draft.dataset ?? '–'],
        ]}
      />
      <p className="pl-caption">The reference is frozen. It is the model as it starts unless another is named.</p>
    </SidePanel>
  );
}

function Review({ method, fields, error }: { method: MethodEntry; fields: readonly Field[]; error: Error | null }) {
  const draft = useDraft();
  const changed = Object.entries(changedValues(fields, draft.values));
  return (
    <div style={{ maxWidth: 860, display: 'grid', gap: 12 }}>
      {error && <ErrorState error={error} what="The run could not be started" />}
      <div className="pl-card pl-form-card">
        <TextInput
          label="Name"
          description="Empty: named after the method and the data."
          value={draft.name}
          onChange={(event) => useDraft.setState({ name: event.currentTarget.value })}
          maxLength={120}
          w={320}
        />
        <Facts
          rows={[
            ['Method', method.title],
            ['Model', draft.model ?? '–'],
            ['Data', draft.dataset ?? '–'],
          ]}
        />
      </div>
      <div className="pl-card flush">
        <table className="pl-table" aria-label="Parameters that differ from the defaults">
          <thead>
            <tr>
              <th>Parameter</th>
              <th>Key</th>
              <th className="end">Default</th>
              <th className="end">This run</th>
            </tr>
          </thead>
          <tbody>
            {changed.map(([key, value]) => {
              const field = fields.find((each) => each.key === key);
              return (
                <tr key={key}>
                  <td className="pl-strong">{field?.title}</td>
                  <td className="pl-mono">{key}</td>
                  <td className="end pl-3">{shown(field?.fallback)}</td>
                  <td className="end">{shown(value)}</td>
                </tr>
              );
            })}
            {changed.length === 0 && (
              <tr>
                <td colSpan={4} className="pl-2">
                  Every parameter has its default.
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** What stands in the way of leaving a step, in words. */
function obstacle(
  step: number,
  method: MethodEntry | undefined,
  draft: { model: string | null; dataset: string | null },
  problems: number,
): string | null {
  if (!method) return 'Choose a method';
  if (step >= 1 && method.needs.model && draft.model === null) return 'Choose a model';
  if (step >= 2 && method.needs.dataset.length > 0 && draft.dataset === null) return 'Choose a dataset';
  if (step >= 3 && problems > 0) return `${counted(problems, 'parameter')} to correct`;
  return null;
}

/** Fields that hold the name of a model or a dataset. */
function offersOf(fields: readonly Field[], { models, datasets }: Catalogue): Record<string, readonly string[]> {
  const modelNames = models.map((model) => model.name);
  const dataNames = datasets.map((dataset) => dataset.name);
  return Object.fromEntries(
    fields
      .filter((field) => field.kind === 'text')
      .flatMap((field) => {
        if (/(^|_)(model|adapter)$/.test(field.key)) return [[field.key, modelNames] as const];
        return field.key.endsWith('dataset') ? [[field.key, dataNames] as const] : [];
      }),
  );
}

function Wizard({ catalogue }: { catalogue: Catalogue }) {
  const [, navigate] = useLocation();
  const draft = useDraft();
  const create = useAction('runs.create', ['runs.list']);
  const [tried, setTried] = useState(false);
  const method = catalogue.methods.find((each) => each.id === draft.method);
  const fields = method ? fieldsOf(method.params, WIZARD_KEYS) : [];
  const problems = problemsOf(fields, draft.values);
  const blocked = obstacle(draft.step, method, draft, Object.keys(problems).length);
  const step = method ? Math.min(draft.step, STEPS.length - 1) : 0;
  const go = (next: number) => {
    setTried(false);
    useDraft.setState({ step: next });
  };
  const start = () => {
    if (!method) return;
    const config = {
      ...changedValues(fields, draft.values),
      method: method.id,
      ...(method.needs.model ? { model: draft.model } : {}),
      ...(draft.dataset === null ? {} : { dataset: draft.dataset }),
    };
    create.mutate(
      { config, ...(draft.name.trim() ? { name: draft.name.trim() } : {}) },
      {
        onSuccess: ({ id }) => {
          useDraft.setState(EMPTY_DRAFT);
          navigate(`/runs/${id}`);
        },
      },
    );
  };
  const next = () => {
    if (blocked) {
      setTried(true);
      const first = Object.keys(problems)[0];
      document.getElementById(`param-${first}`)?.focus();
      return;
    }
    if (step < STEPS.length - 1) go(step + 1);
    else start();
  };
  useKeys({ 'Alt+ArrowLeft': () => step > 0 && go(step - 1) });
  const last = step === STEPS.length - 1;
  return (
    <>
      <PageHeader
        title="New run"
        parent={{ title: 'Experiments', path: '/experiments' }}
        facts={
          step > 0 && method ? (
            <>
              <MethodMark method={method.mark} title={method.title} />
              <span className="pl-ellipsis">{[draft.model, draft.dataset].filter(Boolean).join(', ')}</span>
            </>
          ) : undefined
        }
        actions={
          <>
            {tried && blocked && (
              <span className="pl-row pl-danger pl-caption" role="alert" style={{ color: 'var(--pl-danger)' }}>
                <IconAlertCircle size={14} aria-hidden="true" /> {blocked}
              </span>
            )}
            <Button variant="subtle" onClick={() => (step > 0 ? go(step - 1) : navigate('/experiments'))}>
              {step > 0 ? 'Back' : 'Cancel'}
            </Button>
            <PrimaryButton
              onClick={next}
              loading={create.isPending}
              leftSection={last ? <IconPlayerPlay /> : undefined}
            >
              {last ? 'Start run' : `Next: ${STEPS[step + 1].toLowerCase()}`}
            </PrimaryButton>
          </>
        }
      />
      <Stepper steps={STEPS} current={step} onStep={go} />
      <div className="pl-columns">
        <Content label={STEPS[step]}>
          {step === 0 && <MethodStep methods={catalogue.methods} />}
          {step === 1 && <ModelStep models={catalogue.models} />}
          {step === 2 && method && <DataStep method={method} datasets={catalogue.datasets} />}
          {step === 3 && (
            <ParamForm
              fields={fields}
              values={draft.values}
              onChange={(key, value) => useDraft.setState((was) => ({ values: { ...was.values, [key]: value } }))}
              onReset={() => useDraft.setState({ values: {} })}
              problems={tried ? problems : {}}
              offers={offersOf(fields, catalogue)}
            />
          )}
          {last && method && <Review method={method} fields={fields} error={create.error} />}
        </Content>
        {method && (step === 0 ? <MethodPanel method={method} /> : <SummaryPanel method={method} />)}
      </div>
    </>
  );
}

export function NewRunPage() {
  const methods = useCall('catalogue.methods', {});
  const models = useCall('models.list', {});
  const datasets = useCall('datasets.list', {});
  const parent = { title: 'Experiments', path: '/experiments' };
  const failed = [methods, models, datasets].find((each) => each.isError);
  if (methods.data && models.data && datasets.data)
    return <Wizard catalogue={{ methods: methods.data, models: models.data, datasets: datasets.data }} />;
  return (
    <>
      <PageHeader title="New run" parent={parent} />
      <div className="pl-content">
        {failed?.error ? (
          <ErrorState error={failed.error} what="The choices could not be read" onRetry={() => failed.refetch()} />
        ) : (
          <SkeletonLines count={6} />
        )}
      </div>
    </>
  );
}
