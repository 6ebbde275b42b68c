/** Last step of the import: the name, where one in use gets a new version, and the part that is held out. */
import { SegmentedControl, TextInput } from '@mantine/core';
import { counted, whole } from '../../../charts/numbers.ts';
import type { DatasetKind, DatasetSummary, ImportPreview } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { useCall } from '../../host.ts';
import { KIND_WORDS } from './chat-text.ts';
import { latest } from './dataset-columns.tsx';
import { useImportDraft } from './import-draft.ts';
import { ImportSummary } from './import-summary.tsx';

/** The dataset that has this name already. */
export function useNameInUse(name: string): DatasetSummary | undefined {
  return useCall('datasets.list', {}).data?.find((dataset) => dataset.name === name);
}

/** What is wrong with a name, as a sentence that says what to do; null when it will do. */
export function nameProblem(name: string, kind: DatasetKind, taken: DatasetSummary | undefined): string | null {
  if (name === '') return 'A dataset needs a name. Enter one.';
  if (taken && taken.kind !== kind)
    return `${name} holds ${KIND_WORDS[taken.kind].toLowerCase()}, this file ${KIND_WORDS[kind].toLowerCase()}. Choose another name.`;
  return null;
}

/** Rows of one prompt stay together, so one prompt alone cannot be split. */
export const canSplit = (preview: ImportPreview): boolean => preview.prompts >= 2;

const SHARES = [
  { value: '0', label: 'None' },
  { value: '0.05', label: '5%' },
  { value: '0.1', label: '10%' },
  { value: '0.2', label: '20%' },
];

function SplitField({ name, preview }: { name: string; preview: ImportPreview | undefined }) {
  const heldOut = useImportDraft((draft) => draft.heldOut);
  const possible = preview !== undefined && canSplit(preview);
  const held = preview ? Math.min(preview.prompts - 1, Math.max(1, Math.round(heldOut * preview.prompts))) : 0;
  return (
    <div className="pl-param">
      <div className="pl-param-text">
        <span className="pl-strong">Held out</span>
        <p className="pl-caption">
          Share of the prompts to evaluate with. All rows of a prompt stay on one side; seed 42.
        </p>
        <p className="pl-caption" role="status">
          {!possible
            ? 'This file has one prompt: it cannot be split.'
            : heldOut > 0 &&
              `${whole(held)} of ${counted(preview.prompts, 'prompt')}: ${name}-train and ${name}-test, beside ${name} with all rows.`}
        </p>
      </div>
      <SegmentedControl
        aria-label="Share held out"
        data={SHARES}
        disabled={!possible}
        value={String(possible ? heldOut : 0)}
        onChange={(value) => useImportDraft.setState({ heldOut: Number(value) })}
      />
    </div>
  );
}

export interface NameStepProps {
  readonly name: string;
  readonly preview: ImportPreview | undefined;
  readonly taken: DatasetSummary | undefined;
  readonly onSubmit: () => void;
}

export function NameStep({ name, preview, taken, onSubmit }: NameStepProps) {
  const shown = useImportDraft((draft) => draft.name) ?? preview?.suggestedName ?? '';
  const problem = preview ? nameProblem(name, preview.kind, taken) : null;
  const number = taken ? (latest(taken)?.number ?? 0) + 1 : 1;
  return (
    <div className="pl-columns">
      <Content label="Name and split">
        <form
          className="pl-card pl-form-card"
          onSubmit={(event) => {
            event.preventDefault();
            onSubmit();
          }}
        >
          <div className="pl-param">
            <div className="pl-param-text">
              <label className="pl-strong" htmlFor="dataset-name">
                Name
              </label>
              <p className="pl-caption">As it is called in the table, in configs and on the command line.</p>
            </div>
            <TextInput
              id="dataset-name"
              value={shown}
              error={problem}
              maxLength={120}
              w={300}
              data-autofocus=""
              onChange={(event) => useImportDraft.setState({ name: event.currentTarget.value })}
            />
          </div>
          <SplitField name={name} preview={preview} />
          <p className="pl-2" role="status">
            {problem === null &&
              (taken
                ? `${taken.name} exists already: this becomes its version ${number}. Earlier versions stay as they are.`
                : 'This becomes version 1 of a new dataset.')}
          </p>
        </form>
      </Content>
      {preview && <ImportSummary preview={preview} />}
    </div>
  );
}
