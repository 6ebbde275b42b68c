/** New run: method, model, data, parameters, review, start. */
import { Button } from '@mantine/core';
import { IconAlertCircle, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { DatasetSummary, MethodEntry, ModelSummary } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { MethodMark } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { ParamForm } from '../../components/param-form.tsx';
import { changedValues, type Field, fieldsOf, groupFields, problemsOf } from '../../components/params.ts';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { Stepper } from '../../components/stepper.tsx';
import { useAction, useCall } from '../../host.ts';
import { useKeys } from '../../shortcuts.ts';
import '../pages.css';
import { EMPTY_DRAFT, useDraft, WIZARD_KEYS } from './draft.ts';
import { planOf } from './estimate.ts';
import './new-run.css';
import { Review } from './review.tsx';
import { DataStep, MethodPanel, MethodStep, ModelStep } from './steps.tsx';
import { SummaryPanel } from './summary-panel.tsx';

const STEPS = ['Method', 'Model', 'Data', 'Parameters', 'Review'] as const;

interface Catalogue {
  readonly methods: readonly MethodEntry[];
  readonly models: readonly ModelSummary[];
  readonly datasets: readonly DatasetSummary[];
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

const EXPERIMENTS = { title: 'Experiments', path: '/experiments' };
const PARAMETERS = 3;
const REVIEW = 4;

/** As the form shows them: by group. */
const inFormOrder = (fields: readonly Field[]) => groupFields(fields).flatMap((group) => group.fields);

/** Moves to the first field that has a problem, once it is drawn. */
function focusProblem(key: string | undefined): void {
  requestAnimationFrame(() => document.getElementById(`param-${key}`)?.focus());
}

/** The draft, what is wrong with it, and the ways through the steps. */
function useWizard(catalogue: Catalogue) {
  const [, navigate] = useLocation();
  const draft = useDraft();
  const create = useAction('runs.create', ['runs.list']);
  const [tried, setTried] = useState(false);
  const method = catalogue.methods.find((each) => each.id === draft.method);
  const fields = method ? fieldsOf(method.params, WIZARD_KEYS) : [];
  const problems = problemsOf(fields, draft.values);
  const step = method ? Math.min(draft.step, REVIEW) : 0;
  const blocked = obstacle(step, method, draft, Object.keys(problems).length);
  const go = (next: number) => {
    setTried(false);
    create.reset();
    useDraft.setState({ step: next });
  };
  const configOf = (chosen: MethodEntry) => ({
    ...changedValues(fields, draft.values),
    method: chosen.id,
    ...(chosen.needs.model ? { model: draft.model } : {}),
    ...(draft.dataset === null ? {} : { dataset: draft.dataset }),
  });
  const start = (chosen: MethodEntry) => {
    const config = configOf(chosen);
    const name = draft.name.trim();
    create.mutate(name ? { config, name } : { config }, {
      onSuccess: ({ id }) => {
        useDraft.setState(EMPTY_DRAFT);
        navigate(`/runs/${id}`);
      },
    });
  };
  const next = () => {
    if (blocked || !method) {
      setTried(true);
      if (step === REVIEW) useDraft.setState({ step: PARAMETERS });
      focusProblem(inFormOrder(fields).find(({ key }) => problems[key])?.key);
    } else if (step < REVIEW) go(step + 1);
    else start(method);
  };
  const back = () => (step > 0 ? go(step - 1) : navigate('/experiments'));
  return { draft, method, fields, problems, step, blocked, tried, create, configOf, go, next, back };
}

type WizardState = ReturnType<typeof useWizard>;

function WizardHeader({ wizard }: { wizard: WizardState }) {
  const { draft, method, step, blocked, tried, create, next, back } = wizard;
  const last = step === REVIEW;
  return (
    <PageHeader
      title="New run"
      parent={EXPERIMENTS}
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
            <span className="pl-obstacle" role="alert">
              <IconAlertCircle size={14} aria-hidden="true" /> {blocked}
            </span>
          )}
          <Button variant="subtle" onClick={back}>
            {step > 0 ? 'Back' : 'Cancel'}
          </Button>
          <PrimaryButton onClick={next} loading={create.isPending} leftSection={last ? <IconPlayerPlay /> : undefined}>
            {last ? 'Start run' : `Next: ${STEPS[step + 1].toLowerCase()}`}
          </PrimaryButton>
        </>
      }
    />
  );
}

function ParametersStep({ wizard, catalogue }: { wizard: WizardState; catalogue: Catalogue }) {
  const { draft, fields, problems, tried } = wizard;
  return (
    <ParamForm
      fields={fields}
      values={draft.values}
      onChange={(key, value) => useDraft.setState((was) => ({ values: { ...was.values, [key]: value } }))}
      onReset={() => useDraft.setState({ values: {} })}
      problems={problems}
      insist={tried}
      offers={offersOf(fields, catalogue)}
    />
  );
}

function Wizard({ catalogue }: { catalogue: Catalogue }) {
  const wizard = useWizard(catalogue);
  const { draft, method, fields, step, create, configOf, go, back } = wizard;
  const dataset = catalogue.datasets.find(({ name }) => name === draft.dataset);
  useKeys({ 'Alt+ArrowLeft': () => step > 0 && back() });
  return (
    <>
      <WizardHeader wizard={wizard} />
      <Stepper steps={STEPS} current={step} onStep={go} />
      <div className="pl-columns">
        <Content label={STEPS[step]}>
          {step === 0 && <MethodStep methods={catalogue.methods} datasets={catalogue.datasets} />}
          {step === 1 && <ModelStep models={catalogue.models} />}
          {step === 2 && method && <DataStep method={method} datasets={catalogue.datasets} />}
          {step === PARAMETERS && <ParametersStep wizard={wizard} catalogue={catalogue} />}
          {step === REVIEW && method && (
            <Review
              method={method}
              fields={fields}
              config={configOf(method)}
              steps={planOf(fields, draft.values, dataset)?.steps ?? null}
              error={create.error}
            />
          )}
        </Content>
        {method && step === 0 && <MethodPanel method={method} />}
        {method && step > 0 && (
          <SummaryPanel
            method={method}
            fields={fields}
            model={catalogue.models.find(({ name }) => name === draft.model)}
            dataset={dataset}
          />
        )}
      </div>
    </>
  );
}

export function NewRunPage() {
  const methods = useCall('catalogue.methods', {});
  const models = useCall('models.list', {});
  const datasets = useCall('datasets.list', {});
  const failed = [methods, models, datasets].find((each) => each.isError);
  if (methods.data && models.data && datasets.data)
    return <Wizard catalogue={{ methods: methods.data, models: models.data, datasets: datasets.data }} />;
  return (
    <>
      <PageHeader title="New run" parent={EXPERIMENTS} />
      <Content label="New run">
        {failed?.error ? (
          <ErrorState error={failed.error} what="The choices could not be read" onRetry={() => failed.refetch()} />
        ) : (
          <SkeletonLines count={6} />
        )}
      </Content>
    </>
  );
}
