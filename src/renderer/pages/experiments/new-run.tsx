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
import { changedValues, type Field, fieldsOf, groupFields, problemsOf, type Values } from '../../components/params.ts';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { Stepper } from '../../components/stepper.tsx';
import { useAction, useCall } from '../../host.ts';
import { useKeys } from '../../shortcuts.ts';
import '../pages.css';
import { type Draft, datasetName, EMPTY_DRAFT, useDraft, WIZARD_KEYS } from './draft.ts';
import { planOf } from './estimate.ts';
import './new-run.css';
import { type Named, offersOf } from './offers.ts';
import { PasteButton } from './paste-config.tsx';
import { PresetMenu } from './preset-menu.tsx';
import { Review } from './review.tsx';
import { DataStep, MethodPanel, MethodStep, ModelStep } from './steps.tsx';
import { SummaryPanel } from './summary-panel.tsx';
import { MOST_RUNS, runCount, valuesOf } from './sweep.ts';

type StepName = 'Method' | 'Model' | 'Data' | 'Annotator' | 'Parameters' | 'Review';

/** The group of options that the annotator's step shows; a method without them has no such step. */
const ANNOTATOR = 'Annotator';

const stepsOf = (fields: readonly Field[]): readonly StepName[] =>
  fields.some(({ group }) => group === ANNOTATOR)
    ? ['Method', 'Model', 'Data', 'Annotator', 'Parameters', 'Review']
    : ['Method', 'Model', 'Data', 'Parameters', 'Review'];

interface Catalogue extends Named {
  readonly methods: readonly MethodEntry[];
  readonly models: readonly ModelSummary[];
  readonly datasets: readonly DatasetSummary[];
}

/** What stands in the way of leaving a step, in words. */
function obstacle(
  step: number,
  name: StepName,
  method: MethodEntry | undefined,
  draft: { model: string | null; dataset: string | null },
  problems: number,
): string | null {
  if (!method) return 'Choose a method';
  if (step >= 1 && method.needs.model && draft.model === null) return 'Choose a model';
  if (step >= 2 && method.needs.dataset.length > 0 && draft.dataset === null) return 'Choose a dataset';
  if ((name === 'Parameters' || name === 'Review') && problems > 0)
    return `${counted(problems, 'parameter')} to correct`;
  return null;
}

const EXPERIMENTS = { title: 'Experiments', path: '/experiments' };

/** As the form shows them: by group. */
const inFormOrder = (fields: readonly Field[]) => groupFields(fields).flatMap((group) => group.fields);

/** Moves to the first field that has a problem, once it is drawn. */
function focusProblem(key: string | undefined): void {
  requestAnimationFrame(() => document.getElementById(`param-${key}`)?.focus());
}

const SEED = 1;

/** Values and seeds of the sweep, as the host is sent them. */
function sweepRequest(fields: readonly Field[], { sweep, values }: Draft) {
  const fallback = fields.find(({ key }) => key === 'seed')?.fallback;
  const first = [values.seed, fallback].find((seed) => typeof seed === 'number') ?? SEED;
  return {
    vary: sweep.vary.flatMap(({ key, text }) => {
      const field = fields.find((each) => each.key === key);
      return field ? [{ key, values: valuesOf(field, text) }] : [];
    }),
    seeds: Array.from({ length: sweep.seeds }, (_, i) => Number(first) + i),
  };
}

/** The draft, what is wrong with it, and the ways through the steps. */
function useWizard(catalogue: Catalogue) {
  const [, navigate] = useLocation();
  const draft = useDraft();
  const create = useAction('runs.create', ['runs.list']);
  const sweep = useAction('runs.sweep', ['runs.list', 'runs.options']);
  const [tried, setTried] = useState(false);
  const method = catalogue.methods.find((each) => each.id === draft.method);
  const fields = method ? fieldsOf(method.params, WIZARD_KEYS) : [];
  const problems = problemsOf(fields, draft.values);
  const steps = stepsOf(fields);
  const review = steps.length - 1;
  const step = method ? Math.min(draft.step, review) : 0;
  const name = steps[step];
  const count = runCount(fields, draft.sweep);
  const blocked =
    obstacle(step, name, method, draft, Object.keys(problems).length) ??
    (name === 'Review' && (count === 0 || count > MOST_RUNS) ? 'The sweep cannot be started' : null);
  const go = (next: number) => {
    setTried(false);
    create.reset();
    sweep.reset();
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
    const named = draft.name.trim() ? { name: draft.name.trim() } : {};
    const done = (path: string) => {
      useDraft.setState(EMPTY_DRAFT);
      navigate(path);
    };
    if (count === 1 && draft.sweep.vary.length === 0)
      create.mutate({ config, ...named }, { onSuccess: ({ id }) => done(`/runs/${id}`) });
    else sweep.mutate({ config, ...named, ...sweepRequest(fields, draft) }, { onSuccess: () => done('/experiments') });
  };
  const next = () => {
    if (blocked || !method) {
      setTried(true);
      if (name === 'Review' && Object.keys(problems).length > 0)
        useDraft.setState({ step: steps.indexOf('Parameters') });
      focusProblem(inFormOrder(fields).find(({ key }) => problems[key])?.key);
    } else if (step < review) go(step + 1);
    else start(method);
  };
  const back = () => (step > 0 ? go(step - 1) : navigate('/experiments'));
  const pending = create.isPending || sweep.isPending;
  const error = create.error ?? sweep.error;
  return {
    draft,
    method,
    fields,
    problems,
    steps,
    step,
    name,
    count,
    blocked,
    tried,
    pending,
    error,
    configOf,
    go,
    next,
    back,
  };
}

type WizardState = ReturnType<typeof useWizard>;

function WizardHeader({ wizard, methods }: { wizard: WizardState; methods: readonly MethodEntry[] }) {
  const { draft, method, steps, step, name, count, blocked, tried, pending, next, back } = wizard;
  const last = name === 'Review';
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
          <PasteButton methods={methods} />
          <Button variant="subtle" onClick={back}>
            {step > 0 ? 'Back' : 'Cancel'}
          </Button>
          <PrimaryButton onClick={next} loading={pending} leftSection={last ? <IconPlayerPlay /> : undefined}>
            {last ? (count > 1 ? `Start ${count} runs` : 'Start run') : `Next: ${steps[step + 1].toLowerCase()}`}
          </PrimaryButton>
        </>
      }
    />
  );
}

/** The options of the annotator, or all others. */
function ParametersStep({ wizard, catalogue }: { wizard: WizardState; catalogue: Catalogue }) {
  const { draft, name, problems, tried } = wizard;
  const fields = wizard.fields.filter(({ group }) => (group === ANNOTATOR) === (name === 'Annotator'));
  const keys = fields.map(({ key }) => key);
  const others = (values: Values) => Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
  return (
    <ParamForm
      key={name}
      fields={fields}
      values={draft.values}
      onChange={(key, value) => useDraft.setState((was) => ({ values: { ...was.values, [key]: value } }))}
      onReset={() => useDraft.setState((was) => ({ values: others(was.values) }))}
      problems={problems}
      insist={tried}
      offers={offersOf(fields, catalogue)}
      presets={name === 'Parameters' && draft.method !== null && <PresetMenu method={draft.method} fields={fields} />}
    />
  );
}

function Wizard({ catalogue }: { catalogue: Catalogue }) {
  const wizard = useWizard(catalogue);
  const { draft, method, fields, problems, steps, step, name, error, configOf, go, back } = wizard;
  const dataset = catalogue.datasets.find((each) => each.name === datasetName(draft.dataset));
  useKeys({ 'Alt+ArrowLeft': () => step > 0 && back() });
  return (
    <>
      <WizardHeader wizard={wizard} methods={catalogue.methods} />
      <Stepper steps={steps} current={step} onStep={go} />
      <div className="pl-columns">
        <Content label={name}>
          {step === 0 && <MethodStep methods={catalogue.methods} datasets={catalogue.datasets} />}
          {step === 1 && <ModelStep models={catalogue.models} />}
          {step === 2 && method && <DataStep method={method} datasets={catalogue.datasets} />}
          {(name === 'Annotator' || name === 'Parameters') && <ParametersStep wizard={wizard} catalogue={catalogue} />}
          {name === 'Review' && method && (
            <Review
              method={method}
              fields={fields}
              config={configOf(method)}
              steps={planOf(fields, draft.values, dataset)?.steps ?? null}
              error={error}
            />
          )}
        </Content>
        {method && step === 0 && <MethodPanel method={method} />}
        {method && step > 0 && (
          <SummaryPanel
            method={method}
            fields={fields}
            model={catalogue.models.find((model) => model.name === draft.model)}
            dataset={dataset}
            config={name === 'Parameters' && Object.keys(problems).length === 0 ? configOf(method) : undefined}
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
  const settings = useCall('settings.get', {});
  const failed = [methods, models, datasets, settings].find((each) => each.isError);
  if (methods.data && models.data && datasets.data && settings.data) {
    const { judges } = settings.data;
    return <Wizard catalogue={{ methods: methods.data, models: models.data, datasets: datasets.data, judges }} />;
  }
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
