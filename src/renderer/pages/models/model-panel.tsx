/** The panel beside the table of models: lineage, who is the reference, the tokens of an exchange, the linter's word, facts. */
import { ActionIcon, Button } from '@mantine/core';
import { IconArrowRight, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { ModelDetail, ModelSummary } from '../../../preload/contract/index.ts';
import { Facts, Legend } from '../../components/figures.tsx';
import { Banner, MethodMark } from '../../components/labels.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { Checks } from './checks.tsx';
import { DeleteModel } from './delete-model.tsx';
import { LineageList, modelPath } from './lineage-list.tsx';
import { factsOf } from './model-facts.ts';
import { markOf, referenceOf } from './model-words.ts';
import { RenameModel } from './rename-model.tsx';
import { TokenLine } from './token-line.tsx';

/** Short enough for a panel. */
const EXCHANGE = [
  { role: 'user', content: 'What is the capital of Brazil?' },
  { role: 'assistant', content: 'The capital of Brazil is Brasília.' },
];

function Reference({ detail }: { detail: ModelDetail }) {
  const reference = referenceOf(detail);
  if (!reference) return null;
  return (
    <p className="pl-reference">
      {reference.lead !== '' && (
        <>
          Reference of this model: <strong>{reference.lead}.</strong>{' '}
        </>
      )}
      {reference.rest}
    </p>
  );
}

function Template({ id }: { id: string }) {
  const preview = useCall('models.preview', { id, messages: EXCHANGE });
  if (!preview.data)
    return preview.error ? (
      <ErrorState error={preview.error} what="The template could not be tried" />
    ) : (
      <SkeletonLines count={4} />
    );
  const { tokens, checks, problem } = preview.data;
  const trained = tokens.filter((token) => token.scored).length;
  return (
    <>
      {problem !== null ? (
        <Banner tone="warn" title="The template refuses a plain exchange.">
          {problem}
        </Banner>
      ) : (
        <TokenLine label="Tokens of an exchange" tokens={tokens} />
      )}
      {trained > 0 && (
        <p className="pl-caption">
          <Legend colour="chosen-fill">trained on, {counted(trained, 'token')}</Legend>
        </p>
      )}
      <Checks label="Checks of the template" lines={checks.filter(({ rule }) => rule !== 'truncated')} />
    </>
  );
}

export interface ModelPanelProps {
  readonly model: ModelSummary;
  readonly models: readonly ModelSummary[];
  readonly onClose: () => void;
}

export function ModelPanel({ model, models, onClose }: ModelPanelProps) {
  const [, navigate] = useLocation();
  const [asking, ask] = useState<'delete' | 'rename' | null>(null);
  const detail = useCall('models.get', { id: model.id }, { fresh: true });
  const { data } = detail;
  return (
    <SidePanel
      label={model.name}
      title={
        <>
          <MethodMark method={markOf(model)} bare />
          <h2 className="pl-ellipsis" title={model.name}>
            {model.name}
          </h2>
        </>
      }
      actions={
        <>
          <ActionIcon aria-label={`Rename ${model.name}`} onClick={() => ask('rename')}>
            <IconPencil />
          </ActionIcon>
          <ActionIcon aria-label={`Delete ${model.name}`} disabled={!data} onClick={() => ask('delete')}>
            <IconTrash />
          </ActionIcon>
          <Button leftSection={<IconArrowRight />} onClick={() => navigate(modelPath(model.name))}>
            Open
          </Button>
        </>
      }
      onClose={onClose}
    >
      <LineageList models={models} name={model.name} />
      {data && <Reference detail={data} />}
      {data?.problem && (
        <Banner tone="danger" title="This model cannot be read.">
          {data.problem}
        </Banner>
      )}
      {data?.tokenizer && (
        <section className="pl-divide pl-section">
          <h2>Tokenizer and template</h2>
          <Template id={model.id} />
        </section>
      )}
      {data && (
        <section className="pl-divide">
          <Facts rows={factsOf(data)} />
        </section>
      )}
      {detail.isPending && <SkeletonLines count={8} />}
      {detail.isError && (
        <ErrorState error={detail.error} what="This model could not be read" onRetry={() => detail.refetch()} />
      )}
      {asking === 'delete' && data && <DeleteModel detail={data} onDeleted={onClose} onClose={() => ask(null)} />}
      {asking === 'rename' && <RenameModel model={model} onClose={() => ask(null)} />}
    </SidePanel>
  );
}
