/** A new queue: what is rated, how much of it, and who judges beside. */
import { Checkbox, NativeSelect, NumberInput, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { JudgeEndpoint } from '../../../preload/contract/index.ts';
import { useQueryText } from '../../address.ts';
import { Content } from '../../components/content.tsx';
import { Banner } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { useAction, useCall } from '../../host.ts';
import { queuePath } from './header.tsx';
import { type Form, JUDGES, type JudgeKind, type PartProps, problemOf, queueOf, startFrom } from './queue-form.ts';
import { Row } from './queue-form-row.tsx';
import { RatersPart } from './raters-part.tsx';
import '../../components/param-form.css';
import '../pages.css';
import './rate.css';

const select = (first: string, names: readonly { value: string; label: string }[]) => [
  { value: '', label: first },
  ...names,
];
const named = (names: readonly string[]) => names.map((name) => ({ value: name, label: name }));

function ModelsPart({ form, onForm }: PartProps) {
  const listed = useCall('models.list', {}).data;
  const models = listed ?? [];
  const datasets = useCall('datasets.list', {}).data ?? [];
  const tasks = useCall('catalogue.tasks', {}).data ?? [];
  // those that the form was opened with come first; where they are does not change under the hand
  const [first] = useState(form.models);
  const names = models.filter(({ kind }) => kind !== 'reward').map(({ name }) => name);
  const answering = [...first.filter((name) => names.includes(name)), ...names.filter((name) => !first.includes(name))];
  const toggle = (name: string) =>
    onForm({
      models: form.models.includes(name) ? form.models.filter((each) => each !== name) : [...form.models, name],
    });
  return (
    <>
      <Row
        title="Models"
        help="Each two of them answer each prompt: one pair. The first chosen is the one that wins or loses."
      >
        <fieldset className="pl-rate-models" aria-label="Models">
          {answering.map((name) => (
            <Checkbox key={name} label={name} checked={form.models.includes(name)} onChange={() => toggle(name)} />
          ))}
          {listed?.length === 0 && <p className="pl-2">No models yet. A run leaves one, and models can be imported.</p>}
        </fieldset>
      </Row>
      <Row title="Prompts" help="Held-out prompts of a built-in task, or those of a dataset.">
        <NativeSelect
          aria-label="Prompts"
          value={form.prompts}
          data={select('Choose prompts', [
            ...tasks.map(({ id, title }) => ({ value: `task:${id}`, label: `Task: ${title}` })),
            ...datasets.map(({ name }) => ({ value: `dataset:${name}`, label: name })),
          ])}
          onChange={(event) => onForm({ prompts: event.currentTarget.value })}
        />
      </Row>
      <Row title="Temperature" help="Of the sampling; the same for all models.">
        <NumberInput
          aria-label="Temperature"
          min={0.05}
          max={5}
          step={0.1}
          value={form.temperature}
          onChange={(value) => typeof value === 'number' && onForm({ temperature: value })}
        />
      </Row>
    </>
  );
}

function DatasetPart({ form, onForm }: PartProps) {
  const datasets = (useCall('datasets.list', {}).data ?? []).filter(({ kind }) => kind === 'preference');
  return (
    <Row
      title="Dataset"
      help="Its pairs are shown without saying which answer it prefers. A version is made when you ask for it."
    >
      <NativeSelect
        aria-label="Dataset"
        value={form.dataset}
        data={select('Choose a dataset', named(datasets.map(({ name }) => name)))}
        onChange={(event) => onForm({ dataset: event.currentTarget.value })}
      />
    </Row>
  );
}

function JudgePart({ form, onForm, judges }: PartProps & { readonly judges: readonly JudgeEndpoint[] }) {
  const models = useCall('models.list', {}).data ?? [];
  return (
    <>
      <Row title="Judge beside you" help="Its word on a pair is shown after yours, and agreement is told.">
        <NativeSelect
          aria-label="Judge"
          value={form.judge}
          data={[...JUDGES]}
          onChange={(event) =>
            onForm({
              judge: event.currentTarget.value as JudgeKind,
              endpoint: form.endpoint || (judges[0]?.name ?? ''),
            })
          }
        />
      </Row>
      {form.judge === 'reward-model' && (
        <Row title="Reward model" help="A model with a score head.">
          <NativeSelect
            aria-label="Reward model"
            value={form.rewardModel}
            data={select('Choose a model', named(models.map(({ name }) => name)))}
            onChange={(event) => onForm({ rewardModel: event.currentTarget.value })}
          />
        </Row>
      )}
      {form.judge === 'llm' && (
        <Row
          title="Endpoint"
          help="A judge of Settings with its key, or any OpenAI-compatible address; the key of that comes from PLUMB_JUDGE_KEY."
        >
          <div className="pl-rate-endpoint">
            <NativeSelect
              aria-label="Endpoint"
              value={form.endpoint}
              data={[...named(judges.map(({ name }) => name)), { value: '', label: 'Another address' }]}
              onChange={(event) => onForm({ endpoint: event.currentTarget.value })}
            />
            {form.endpoint === '' && (
              <>
                <TextInput
                  aria-label="Address of the judge"
                  placeholder="http://127.0.0.1:8080/v1"
                  value={form.url}
                  onChange={(event) => onForm({ url: event.currentTarget.value })}
                />
                <TextInput
                  aria-label="Model of the judge"
                  placeholder="model"
                  value={form.judgeModel}
                  onChange={(event) => onForm({ judgeModel: event.currentTarget.value })}
                />
              </>
            )}
            <NativeSelect
              aria-label="Rule for both orders"
              value={form.rule}
              data={[
                { value: 'average', label: 'average of both orders' },
                { value: 'disagreement', label: 'a tie unless both agree' },
              ]}
              onChange={(event) => onForm({ rule: event.currentTarget.value as Form['rule'] })}
            />
          </div>
        </Row>
      )}
    </>
  );
}

export function NewQueuePage() {
  const [, navigate] = useLocation();
  const search = useQueryText();
  const judges = useCall('settings.get', {}).data?.judges ?? [];
  const [form, setForm] = useState<Form>(() => startFrom(search));
  const [insist, setInsist] = useState(false);
  const create = useAction('queues.create', ['queues.list']);
  const onForm = (change: Partial<Form>) => setForm((was) => ({ ...was, ...change }));
  const problem = problemOf(form);
  const make = () => {
    setInsist(true);
    if (!problem && !create.isPending)
      create.mutate(queueOf(form, judges), { onSuccess: ({ id }) => navigate(queuePath(id)) });
  };
  return (
    <>
      <PageHeader
        title="New queue"
        parent={{ title: 'Rate', path: '/rate' }}
        actions={
          <>
            {insist && problem && <span className="pl-caption">1 thing to correct</span>}
            <PrimaryButton onClick={make} loading={create.isPending}>
              Make queue
            </PrimaryButton>
          </>
        }
      />
      <Content label="New queue">
        {create.error && (
          <Banner tone="danger" title="The queue was not made.">
            {create.error.message}
          </Banner>
        )}
        {insist && problem && (
          <Banner tone="warn" title="The queue cannot be made yet.">
            {problem}
          </Banner>
        )}
        <form
          className="pl-card pl-form-card"
          onSubmit={(event) => {
            event.preventDefault();
            make();
          }}
        >
          <Row title="Name" help="As it is called in the list of queues and in exports.">
            <TextInput
              aria-label="Name"
              value={form.name}
              maxLength={80}
              data-autofocus=""
              onChange={(event) => onForm({ name: event.currentTarget.value })}
            />
          </Row>
          <Row
            title="What is rated"
            help="Answers that models give to the same prompts, or the pairs of a dataset once more."
          >
            <SegmentedControl
              aria-label="What is rated"
              value={form.kind}
              data={[
                { value: 'models', label: 'Models' },
                { value: 'dataset', label: 'Dataset' },
              ]}
              onChange={(value) => onForm({ kind: value as Form['kind'] })}
            />
          </Row>
          {form.kind === 'models' ? (
            <ModelsPart form={form} onForm={onForm} />
          ) : (
            <DatasetPart form={form} onForm={onForm} />
          )}
          <Row
            title={form.kind === 'models' ? 'How many prompts' : 'How many pairs'}
            help="Drawn with a seed where there are more."
          >
            <NumberInput
              aria-label="How many"
              min={1}
              max={5000}
              value={form.count}
              onChange={(value) => typeof value === 'number' && onForm({ count: Math.round(value) })}
            />
          </Row>
          <RatersPart form={form} onForm={onForm} />
          <JudgePart form={form} onForm={onForm} judges={judges} />
        </form>
      </Content>
    </>
  );
}
