/** Beside the parameters: what this run is, which model it is held against, and what it comes to. */
import { IconInfoCircle } from '@tabler/icons-react';
import { bytes, counted, fixed, parameters, shown, whole } from '../../../charts/numbers.ts';
import type { DatasetSummary, MethodEntry, ModelSummary } from '../../../preload/contract/index.ts';
import { Facts, Figure } from '../../components/figures.tsx';
import { MethodMark } from '../../components/labels.tsx';
import type { Field } from '../../components/params.ts';
import { SidePanel } from '../../components/side-panel.tsx';
import { useDraft } from './draft.ts';
import { planOf } from './estimate.ts';
import { Estimate } from './plan-parts.tsx';

export interface SummaryPanelProps {
  readonly method: MethodEntry;
  readonly fields: readonly Field[];
  readonly model: ModelSummary | undefined;
  readonly dataset: DatasetSummary | undefined;
  /** What would be started, where it can be planned. */
  readonly config?: Readonly<Record<string, unknown>>;
}

function PlanFigures({ fields, dataset }: Pick<SummaryPanelProps, 'fields' | 'dataset'>) {
  const { values } = useDraft();
  const plan = planOf(fields, values, dataset);
  if (!plan || !dataset) return null;
  return (
    <div className="pl-plan">
      <div>
        <Figure value={whole(plan.steps)} unit="steps" />
        <p className="pl-caption">{counted(plan.rowsPerStep, 'row')} a step</p>
      </div>
      <div>
        <Figure value={fixed(plan.epochs, plan.epochs < 10 ? 2 : 0)} unit="epochs" />
        <p className="pl-caption">of {counted(dataset.rows, 'row')}</p>
      </div>
    </div>
  );
}

export function SummaryPanel({ method, fields, model, dataset, config }: SummaryPanelProps) {
  const { values } = useDraft();
  const steps = planOf(fields, values, dataset)?.steps ?? null;
  const named = typeof values.ref_model === 'string' ? values.ref_model : null;
  const hasReference = fields.some(({ key }) => key === 'ref_model');
  return (
    <SidePanel label="Summary" title={<h2>This run</h2>}>
      <PlanFigures fields={fields} dataset={dataset} />
      {config && <Estimate config={config} steps={steps} />}
      <Facts
        rows={[
          ['Method', <MethodMark key="m" method={method.mark} title={method.title} />],
          ['Model', model?.name ?? '–'],
          model ? ['Parameters', parameters(model.parameters)] : null,
          model ? ['Size', bytes(model.bytes)] : null,
          hasReference ? ['Reference', shown(named ?? (model ? `${model.name}, as it starts` : null))] : null,
          ['Data', dataset?.name ?? '–'],
        ]}
      />
      {hasReference && (
        <p className="pl-note pl-2">
          <IconInfoCircle size={16} stroke={1.6} aria-hidden="true" />
          <span>
            Reference: <span className="pl-strong">{named ?? model?.name ?? 'the model'}</span>, frozen.{' '}
            {named ? 'You named it.' : 'It is the model as it starts.'}
          </span>
        </p>
      )}
    </SidePanel>
  );
}
