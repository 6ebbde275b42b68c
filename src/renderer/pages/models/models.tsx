/** Models: the table of what is in the workspace, and a panel with the lineage, tokens and facts of the selected one. */
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconCloudDownload, IconPlus, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { bytes, counted } from '../../../charts/numbers.ts';
import type { ModelSummary } from '../../../preload/contract/index.ts';
import { DataTable, type Sort } from '../../components/data-table.tsx';
import { KeyCap } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import '../pages.css';
import { modelPath } from './lineage-list.tsx';
import { COLUMNS, sorted } from './model-columns.tsx';
import { ModelPanel } from './model-panel.tsx';
import { KINDS, kindOf } from './model-words.ts';
import './models.css';
import { WorkCards } from './work-cards.tsx';

function Browser({ models }: { models: readonly ModelSummary[] }) {
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState('');
  const [kind, setKind] = useState('all');
  const [sort, setSort] = useState<Sort | null>(null);
  const [selectedId, setSelected] = useState<string | null>(null);
  const rows = useMemo(() => {
    const question = asked.trim().toLowerCase();
    const matches = (each: ModelSummary) =>
      (kind === 'all' || each.kind === kind) &&
      `${each.name} ${each.family} ${kindOf(each)} ${each.parent ?? ''}`.toLowerCase().includes(question);
    return sorted(models.filter(matches), sort);
  }, [models, asked, kind, sort]);
  const index = rows.findIndex((each) => each.id === selectedId);
  const selected = rows[index];
  const clear = () => {
    setAsked('');
    setKind('all');
  };
  return (
    <div className="pl-columns">
      <section className="pl-content" aria-label="All models">
        <WorkCards />
        <div className="pl-toolbar">
          <TextInput
            data-search=""
            aria-label="Search models"
            placeholder="Search models"
            leftSection={<IconSearch />}
            rightSection={asked === '' && <KeyCap>/</KeyCap>}
            value={asked}
            onChange={(event) => setAsked(event.currentTarget.value)}
            w={selected ? 180 : 220}
          />
          <SegmentedControl aria-label="Kind" data={[...KINDS]} value={kind} onChange={setKind} />
          <span className="pl-grow" />
          <Button variant="subtle" leftSection={<IconCloudDownload />} onClick={() => navigate('/add-model/hub')}>
            From the hub
          </Button>
        </div>
        {rows.length === 0 ? (
          <EmptyState
            title={`No model matches: ${asked.trim() !== '' && kind !== 'all' ? '2 filters are' : '1 filter is'} active.`}
            action={<Button onClick={clear}>Clear filters</Button>}
          >
            {counted(models.length, 'model')} in the workspace.
          </EmptyState>
        ) : (
          <DataTable
            framed
            label="Models"
            columns={COLUMNS}
            count={rows.length}
            row={(at) => rows[at]}
            selected={index === -1 ? null : index}
            onSelect={(at) => setSelected(at === null ? null : rows[at].id)}
            onOpen={(at) => navigate(modelPath(rows[at].name))}
            sort={sort}
            onSort={(column) =>
              setSort((was) => ({ column, descending: was?.column === column ? !was.descending : false }))
            }
          />
        )}
        <p className="pl-caption">
          Size on disk. A LoRA policy stores only its adapter; it needs its base, which cannot be deleted before it.
        </p>
      </section>
      {selected && <ModelPanel key={selected.id} model={selected} models={models} onClose={() => setSelected(null)} />}
    </div>
  );
}

export function ModelsPage() {
  const [, navigate] = useLocation();
  const models = useCall('models.list', {}, { fresh: true });
  const { data } = models;
  const size = data?.reduce((sum, model) => sum + (model.diskBytes ?? 0), 0) ?? 0;
  return (
    <>
      <PageHeader
        title="Models"
        facts={data ? `${counted(data.length, 'model')}, ${bytes(size)}` : undefined}
        actions={
          <PrimaryButton leftSection={<IconPlus />} onClick={() => navigate('/add-model')}>
            Add model
          </PrimaryButton>
        }
      />
      {models.isPending && (
        <div className="pl-content">
          <SkeletonLines count={8} />
        </div>
      )}
      {models.isError && (
        <div className="pl-content">
          <ErrorState error={models.error} what="The models could not be read" onRetry={() => models.refetch()} />
        </div>
      )}
      {data && <Browser models={data} />}
    </>
  );
}
