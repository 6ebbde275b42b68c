/** Models: the table of what is in the workspace, and a panel with the lineage, tokens and facts of the selected one. */
import { Button } from '@mantine/core';
import { IconCloudDownload, IconPlus } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { bytes, counted } from '../../../charts/numbers.ts';
import type { ModelSummary } from '../../../preload/contract/index.ts';
import { ListBrowser, ListPage } from '../../components/list-page.tsx';
import { PrimaryButton } from '../../components/page-header.tsx';
import { useCall } from '../../host.ts';
import '../pages.css';
import { modelPath } from './lineage-list.tsx';
import { COLUMNS, sorted } from './model-columns.tsx';
import { ModelPanel } from './model-panel.tsx';
import { KINDS, kindOf } from './model-words.ts';
import './models.css';
import { WorkCards } from './work-cards.tsx';

const textOf = (each: ModelSummary) => `${each.name} ${each.family} ${kindOf(each)} ${each.parent ?? ''}`;

function factsOf(models: readonly ModelSummary[]): string {
  const size = models.reduce((sum, model) => sum + (model.diskBytes ?? 0), 0);
  return `${counted(models.length, 'model')}, ${bytes(size)}`;
}

export function ModelsPage() {
  const [, navigate] = useLocation();
  const fromHub = (
    <>
      <span className="pl-grow" />
      <Button variant="subtle" leftSection={<IconCloudDownload />} onClick={() => navigate('/add-model/hub')}>
        From the hub
      </Button>
    </>
  );
  return (
    <ListPage
      title="Models"
      query={useCall('models.list', {}, { fresh: true })}
      facts={factsOf}
      action={
        <PrimaryButton leftSection={<IconPlus />} onClick={() => navigate('/add-model')}>
          Add model
        </PrimaryButton>
      }
    >
      {(models) => (
        <ListBrowser
          one="model"
          all={models}
          columns={COLUMNS}
          textOf={textOf}
          sorted={sorted}
          firstSort={null}
          firstDescending={false}
          onOpen={({ name }) => navigate(modelPath(name))}
          toolbar={(selected) => ({ kinds: KINDS, width: selected ? 180 : 220, children: fromHub })}
          panel={(model, close) => <ModelPanel key={model.id} model={model} models={models} onClose={close} />}
          before={<WorkCards />}
          after={
            <p className="pl-caption">
              Size on disk. A LoRA policy stores only its adapter; it needs its base, which cannot be deleted before it.
            </p>
          }
        />
      )}
    </ListPage>
  );
}
