/** The page of one model: what it is, how it reads a conversation, what the linter says of a dataset, and the ways out. */
import { ActionIcon, Button, Tabs } from '@mantine/core';
import { IconPackageExport, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { ModelDetail, ModelSummary } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Content } from '../../components/content.tsx';
import { Facts } from '../../components/figures.tsx';
import { Banner, MethodMark } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import '../pages.css';
import { DeleteModel } from './delete-model.tsx';
import { ExportTab } from './export-tab.tsx';
import { LineageList, modelPath } from './lineage-list.tsx';
import { LintTab } from './lint-tab.tsx';
import { factsOf } from './model-facts.ts';
import { kindOf, markOf, referenceOf } from './model-words.ts';
import './models.css';
import { RenameModel } from './rename-model.tsx';
import { TemplateTab } from './template-tab.tsx';

const TABS = ['Overview', 'Template', 'Lint', 'Export'] as const;
type Tab = (typeof TABS)[number];

const MODELS = { title: 'Models', path: '/models' };

function Overview({ detail, models }: { detail: ModelDetail; models: readonly ModelSummary[] }) {
  const reference = referenceOf(detail);
  return (
    <div className="pl-model-cards">
      <div>
        <Card>
          <LineageList models={models} name={detail.model.name} />
          {reference && (
            <p className="pl-reference">
              {reference.lead !== '' && (
                <>
                  Reference of this model: <strong>{reference.lead}.</strong>{' '}
                </>
              )}
              {reference.rest}
            </p>
          )}
        </Card>
        {detail.dependents.runs.length > 0 && (
          <Card title="Used by" note={counted(detail.dependents.runs.length, 'run')}>
            <ul className="pl-list">
              {detail.dependents.runs.map(({ id, name, status }) => (
                <li key={id}>
                  <Link href={`/runs/${id}`}>{name}</Link>
                  <span className="pl-2">{status}</span>
                </li>
              ))}
            </ul>
          </Card>
        )}
        {detail.tokenizer?.template && (
          <Card title="Chat template" note="Jinja, as it stands in the tokenizer">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and what scrolls must be reachable by keyboard */}
            <section className="pl-formula pl-template" aria-label="Chat template" tabIndex={0}>
              {detail.tokenizer.template}
            </section>
          </Card>
        )}
      </div>
      <Card title="Facts">
        <Facts rows={factsOf(detail)} />
      </Card>
    </div>
  );
}

function Loaded({ detail, models }: { detail: ModelDetail; models: readonly ModelSummary[] }) {
  const [, navigate] = useLocation();
  const [tab, setTab] = useState<Tab>('Overview');
  const [asking, ask] = useState<'delete' | 'rename' | null>(null);
  const { model } = detail;
  return (
    <Tabs
      className="pl-dataset"
      value={tab}
      onChange={(value) => setTab((value ?? 'Overview') as Tab)}
      keepMounted={false}
    >
      <PageHeader
        title={model.name}
        parent={MODELS}
        facts={
          <>
            <MethodMark method={markOf(model)} title={kindOf(model)} />
            <span>{model.family}</span>
          </>
        }
        actions={
          <>
            <ActionIcon aria-label={`Rename ${model.name}`} onClick={() => ask('rename')}>
              <IconPencil />
            </ActionIcon>
            <ActionIcon aria-label={`Delete ${model.name}`} onClick={() => ask('delete')}>
              <IconTrash />
            </ActionIcon>
            {tab !== 'Export' && (
              <PrimaryButton leftSection={<IconPackageExport />} onClick={() => setTab('Export')}>
                Export
              </PrimaryButton>
            )}
          </>
        }
      />
      <div className="pl-tabs">
        <Tabs.List aria-label="Parts of the model">
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {each}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </div>
      <Tabs.Panel value={tab} className="pl-tab-panel">
        <Content label={tab}>
          {detail.problem && (
            <Banner tone="danger" title="This model cannot be read.">
              {detail.problem}
            </Banner>
          )}
          {tab === 'Overview' && <Overview detail={detail} models={models} />}
          {tab === 'Template' && <TemplateTab detail={detail} />}
          {tab === 'Lint' && <LintTab model={model} />}
          {tab === 'Export' && <ExportTab detail={detail} />}
        </Content>
      </Tabs.Panel>
      {asking === 'delete' && (
        <DeleteModel detail={detail} onDeleted={() => navigate('/models')} onClose={() => ask(null)} />
      )}
      {asking === 'rename' && (
        <RenameModel
          model={model}
          onRenamed={(name) => navigate(modelPath(name), { replace: true })}
          onClose={() => ask(null)}
        />
      )}
    </Tabs>
  );
}

export function ModelPage({ params }: { params: Record<string, string> }) {
  const name = decodeURIComponent(params.name);
  const models = useCall('models.list', {});
  const model = models.data?.find((each) => each.name === name);
  const detail = useCall('models.get', { id: model?.id ?? '' }, { enabled: model !== undefined, fresh: true });
  if (detail.data && models.data) return <Loaded detail={detail.data} models={models.data} />;
  const error = models.error ?? detail.error;
  const gone = model === undefined && !models.isPending && !models.isFetching;
  return (
    <>
      <PageHeader title={name} parent={MODELS} />
      <Content label="Model">
        {error ? (
          <ErrorState error={error} what="The model could not be read" onRetry={() => models.refetch()} />
        ) : gone ? (
          <EmptyState
            title={`There is no model named ${name}.`}
            action={
              <Button component={Link} href="/models">
                All models
              </Button>
            }
          >
            It may have been deleted, or has another name in this workspace.
          </EmptyState>
        ) : (
          <SkeletonLines count={10} />
        )}
      </Content>
    </>
  );
}
