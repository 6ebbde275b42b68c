/** Models: the table of what is in the workspace, and a panel with the lineage, tokens and facts of the selected one. */
import { Button } from '@mantine/core';
import { IconCloudDownload, IconPlus } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { bytes, counted } from '../../../charts/numbers.ts';
import type { ModelSummary } from '../../../preload/contract/index.ts';
import { DataTable, type Sort } from '../../components/data-table.tsx';
import { ListToolbar, NothingMatches, useListFilter, useSelection } from '../../components/list-filter.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
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
  const [sort, setSort] = useState<Sort | null>(null);
  const filter = useListFilter(models, (each) => `${each.name} ${each.family} ${kindOf(each)} ${each.parent ?? ''}`);
  const { found } = filter;
  const rows = useMemo(() => sorted(found, sort), [found, sort]);
  const { selected, index, select } = useSelection(rows);
  return (
    <div className="pl-columns">
      <section className="pl-content" aria-label="All models">
        <WorkCards />
        <ListToolbar filter={filter} search="Search models" kinds={KINDS} width={selected ? 180 : 220}>
          <span className="pl-grow" />
          <Button variant="subtle" leftSection={<IconCloudDownload />} onClick={() => navigate('/add-model/hub')}>
            From the hub
          </Button>
        </ListToolbar>
        {rows.length === 0 ? (
          <NothingMatches filter={filter} one="model" count={models.length} />
        ) : (
          <DataTable
            framed
            label="Models"
            columns={COLUMNS}
            count={rows.length}
            row={(at) => rows[at]}
            selected={index}
            onSelect={select}
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
      {selected && <ModelPanel key={selected.id} model={selected} models={models} onClose={() => select(null)} />}
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
