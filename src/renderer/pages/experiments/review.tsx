/** The last step: the name, what differs from the defaults, and the same config for TRL. */
import { TextInput } from '@mantine/core';
import { shown } from '../../../charts/numbers.ts';
import type { MethodEntry } from '../../../preload/contract/index.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { changedValues, type Field } from '../../components/params.ts';
import { ErrorState } from '../../components/states.tsx';
import { type Draft, useDraft } from './draft.ts';
import { RunPlanCard } from './run-plan.tsx';
import { SweepCard } from './sweep-card.tsx';
import { hasTrlScript, trlConfig } from './trl-config.ts';

/** Every option, defaults included: what TRL is given must not depend on TRL's defaults. */
function wholeConfig(method: MethodEntry, fields: readonly Field[], draft: Draft) {
  const options = fields.map((field) => [field.key, draft.values[field.key] ?? field.fallback] as const);
  return {
    method: method.id,
    model: draft.model ?? undefined,
    dataset: draft.dataset ?? undefined,
    ...Object.fromEntries(options.filter(([, value]) => value !== undefined && value !== '')),
  };
}

function ChangedRow({ field, value }: { field: Field | undefined; value: unknown }) {
  return (
    <tr>
      <td className="pl-strong">{field?.title}</td>
      <td className="pl-mono">{field?.key}</td>
      <td className="end pl-3">{shown(field?.fallback)}</td>
      <td className="end">{shown(value)}</td>
    </tr>
  );
}

export interface ReviewProps {
  /** What is sent to start the run. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: number | null;
  readonly method: MethodEntry;
  readonly fields: readonly Field[];
  readonly error: Error | null;
}

/** Off is the default, which a draft leaves out. */
const setCheckpointing = (on: boolean) =>
  useDraft.setState(({ values: { gradient_checkpointing: _was, ...rest } }) => ({
    values: on ? { ...rest, gradient_checkpointing: true } : rest,
  }));

export function Review({ method, fields, config, steps, error }: ReviewProps) {
  const draft = useDraft();
  const changed = Object.entries(changedValues(fields, draft.values));
  return (
    <div className="pl-review">
      {error && <ErrorState error={error} what="The run could not be started" />}
      <div className="pl-card pl-review-name">
        <TextInput
          label="Name"
          description="Letters, digits, dot, dash. Empty: named after the method and the data."
          value={draft.name}
          onChange={(event) => useDraft.setState({ name: event.currentTarget.value })}
          maxLength={100}
          w={320}
        />
        {hasTrlScript(method.id) && (
          <CopyButton text={() => trlConfig(wholeConfig(method, fields, draft))}>Copy as TRL config</CopyButton>
        )}
      </div>
      {/* the plan comes a moment later, and moves nothing that is typed into */}
      <SweepCard fields={fields} />
      <RunPlanCard config={config} steps={steps} onCheckpointing={setCheckpointing} />
      <div className="pl-card flush">
        <table className="pl-table" aria-label="Parameters that differ from the defaults">
          <thead>
            <tr>
              <th>Changed parameter</th>
              <th>Key</th>
              <th className="end">Default</th>
              <th className="end">This run</th>
            </tr>
          </thead>
          <tbody>
            {changed.map(([key, value]) => (
              <ChangedRow key={key} field={fields.find((field) => field.key === key)} value={value} />
            ))}
            {changed.length === 0 && (
              <tr>
                <td colSpan={4} className="pl-2">
                  Every parameter has its default.
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </div>
  );
}
