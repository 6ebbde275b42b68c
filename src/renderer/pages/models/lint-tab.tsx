/** The linter on a dataset: its pairs as this model would be trained on them, at a max_length. */
import { Button, NumberInput, SegmentedControl, Select } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { counted, percent, whole } from '../../../charts/numbers.ts';
import type { DatasetSummary, LintedExample, LintReport, ModelSummary } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Bar } from '../../components/figures.tsx';
import { Banner } from '../../components/labels.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { Checks } from './checks.tsx';
import { useLint } from './lint-run.ts';
import { TokenLine } from './token-line.tsx';

const DEFAULT_LENGTH = 512;

const newest = ({ versions }: DatasetSummary) => [...versions].sort((a, b) => b.number - a.number)[0];

function Example({ example, rules }: { example: LintedExample; rules: LintReport['rules'] }) {
  const titleOf = (id: string) => rules.find((rule) => rule.id === id)?.title ?? id;
  const side = (name: 'chosen' | 'rejected') => example.tokens?.[name] ?? [];
  return (
    <li>
      <p className="pl-strong">Pair {whole(example.index + 1)}</p>
      {example.findings.map(({ rule, side: of, message }) => (
        <p key={`${rule} ${of}`}>
          {titleOf(rule)}
          {of && <span className={of === 'chosen' ? 'pl-chosen' : 'pl-rejected'}> {of}</span>}
          <span className="pl-caption"> {message}</span>
        </p>
      ))}
      {example.tokens && (
        <div className="pl-sides">
          {(['chosen', 'rejected'] as const).map((name) => (
            <div key={name}>
              <p className={`pl-caption pl-${name}`}>
                {name}, {counted(side(name).length, 'token')}
              </p>
              <TokenLine label={`Tokens of pair ${example.index + 1}, ${name}`} tokens={side(name)} />
            </div>
          ))}
        </div>
      )}
    </li>
  );
}

function Report({ report }: { report: LintReport }) {
  const { pairs, clean, template, rules, examples } = report;
  const lines = rules.map(({ id, title, pairs: found, first, message }) => ({
    rule: id,
    title,
    message: found === 0 ? null : `The first is pair ${whole(first)}: ${message}`,
    count: found === 0 ? undefined : `${whole(found)} of ${whole(pairs)}, ${percent(found / Math.max(1, pairs))}`,
  }));
  return (
    <>
      <Card title={`${whole(clean)} of ${whole(pairs)} pairs without a finding`} note="as they are trained on">
        <Checks
          label="Rules"
          lines={[{ rule: 'template', title: 'The template does not close the answer', message: template }, ...lines]}
        />
      </Card>
      {examples.length > 0 && (
        <Card
          title={examples[0].findings.length > 0 ? 'Pairs with a finding' : 'A pair as it is trained on'}
          note={examples[0].findings.length > 0 ? `the first ${examples.length}` : 'its trained tokens are tinted'}
        >
          <ol className="pl-lint-examples">
            {examples.map((example) => (
              <Example key={example.index} example={example} rules={rules} />
            ))}
          </ol>
        </Card>
      )}
    </>
  );
}

export function LintTab({ model }: { model: ModelSummary }) {
  const datasets = useCall('datasets.list', {});
  const [chosen, setChosen] = useState<string | null>(null);
  const [limit, setLimit] = useState<number | null>(DEFAULT_LENGTH);
  const [truncation, setTruncation] = useState<'keep_start' | 'keep_end'>('keep_start');
  const { state, start, cancel } = useLint();
  const withPairs = datasets.data?.filter((each) => each.kind === 'preference') ?? [];
  const dataset = withPairs.find((each) => each.id === chosen) ?? withPairs[0];
  if (datasets.isPending) return <SkeletonLines count={4} />;
  if (!dataset)
    return (
      <EmptyState
        title="No pairs yet."
        action={
          <Button component={Link} href="/datasets/import">
            Import a dataset
          </Button>
        }
      >
        The linter reads the pairs of a dataset with this model's tokenizer and template, and says which of them would
        be trained on wrongly.
      </EmptyState>
    );
  const version = newest(dataset);
  return (
    <>
      <div className="pl-toolbar pl-wrap">
        <Select
          aria-label="Dataset"
          data={withPairs.map((each) => ({ value: each.id, label: `${each.name} v${newest(each).number}` }))}
          value={dataset.id}
          allowDeselect={false}
          onChange={setChosen}
          w={240}
        />
        <NumberInput
          aria-label="max_length"
          min={1}
          max={1_000_000}
          allowDecimal={false}
          placeholder="no limit"
          value={limit ?? ''}
          leftSection={<span className="pl-caption">max_length</span>}
          leftSectionWidth={84}
          onChange={(value) => setLimit(typeof value === 'number' && value >= 1 ? Math.floor(value) : null)}
          w={190}
        />
        <SegmentedControl
          aria-label="A longer row keeps"
          data={[
            { value: 'keep_start', label: 'Keep its start' },
            { value: 'keep_end', label: 'Keep its end' },
          ]}
          value={truncation}
          onChange={(value) => setTruncation(value as typeof truncation)}
        />
        <Button
          leftSection={<IconListCheck />}
          loading={state.is === 'running'}
          onClick={() => start({ id: model.id, versionId: version.id, maxLength: limit, truncation })}
        >
          Lint {counted(version.rows, 'pair')}
        </Button>
      </div>
      {state.is === 'running' && (
        <section className="pl-card pl-work" aria-label="Lint in progress">
          <div className="pl-row">
            <span className="pl-2" role="status">
              {state.total > 0 ? `${whole(state.done)} of ${whole(state.total)} pairs` : 'Reading the tokenizer'}
            </span>
            <span className="pl-grow" />
            <Button onClick={cancel}>Cancel</Button>
          </div>
          <Bar large value={state.done} of={state.total} label="Pairs read" />
        </section>
      )}
      {state.is === 'failed' && <ErrorState error={state.error} what="The pairs could not be read" />}
      {state.is === 'idle' && (
        <Banner tone="neutral" title="Nothing is changed.">
          The linter looks for begin and end tokens that are missing or double, prompts that the answers do not share,
          and rows that are cut off.
        </Banner>
      )}
      {state.is === 'done' && <Report report={state.report} />}
    </>
  );
}
