/** Beside the import: rows read = accepted + refused, and what they amount to. */
import { Checkbox } from '@mantine/core';
import { counted, MISSING, percent, whole } from '../../../charts/numbers.ts';
import type { ImportPreview } from '../../../preload/contract/index.ts';
import { Facts, Figure } from '../../components/figures.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { rowsNoun } from './chat-text.ts';
import { Lengths } from './dataset-columns.tsx';
import { isByHand, useImportDraft } from './import-draft.ts';

export function ImportSummary({ preview }: { preview: ImportPreview }) {
  const draft = useImportDraft();
  const { kind, rowsRead, rowsAccepted, refusedTotal, pairs, unpaired } = preview;
  const stored = pairs || unpaired || rowsAccepted;
  const isPairs = kind === 'preference';
  return (
    <SidePanel label="What will be imported" width={240}>
      <div>
        <h2>What will be imported</h2>
        <Figure value={whole(stored)} unit={rowsNoun(kind, stored)} />
        <p className="pl-caption">
          {counted(rowsRead, 'row')} read = {whole(rowsAccepted)} accepted + {whole(refusedTotal)} refused
        </p>
      </div>
      <Facts
        rows={[
          kind === 'prompts' ? null : ['Prompts', whole(preview.prompts)],
          preview.singleTurn === null ? null : ['Single turn', whole(preview.singleTurn)],
          preview.mostTurns === null ? null : ['Most messages', whole(preview.mostTurns)],
          ['Exact duplicates', preview.duplicates === 0 ? 'none' : `${whole(preview.duplicates)} kept`],
          isPairs ? ['Ties', preview.ties === 0 ? 'none in file' : whole(preview.ties)] : null,
          isPairs && preview.identical > 0 ? ['Identical answers', `${whole(preview.identical)} refused`] : null,
          isPairs
            ? [
                'Median characters',
                <Lengths key="lengths" chosen={preview.medianChosenChars} rejected={preview.medianRejectedChars} />,
              ]
            : null,
          isPairs
            ? ['Longer is chosen', preview.longerChosenShare === null ? MISSING : percent(preview.longerChosenShare)]
            : null,
        ]}
      />
      {isByHand(draft, preview) && (
        <Checkbox
          label="Remember this mapping for files of the same shape"
          checked={draft.remember}
          onChange={(event) => useImportDraft.setState({ remember: event.currentTarget.checked })}
        />
      )}
      <p className="pl-caption">
        Nothing is stored until you press Import. If it is interrupted, nothing is half imported.
      </p>
    </SidePanel>
  );
}
