/** The ways out of a model: format, type of its weights, and where it is written. */
import { Button, SegmentedControl } from '@mantine/core';
import { IconFolder, IconPackageExport } from '@tabler/icons-react';
import { useState } from 'react';
import type { FileHandle, Input, ModelDetail } from '../../../preload/contract/index.ts';
import { PrimaryButton } from '../../components/page-header.tsx';
import { EmptyState } from '../../components/states.tsx';
import { call, useCall } from '../../host.ts';
import { startExport } from './model-work.ts';
import { WorkCards } from './work-cards.tsx';

type Type = NonNullable<Input<'models.export'>['type']>;

/** What each format is for. */
const USES: Readonly<Record<string, string>> = {
  hf: 'For transformers, TRL and vLLM. An adapter is merged into its base.',
  peft: 'The adapter alone, as PEFT has it; it needs its base.',
  onnx: 'For transformers.js and onnxruntime, with a cache of keys and values.',
  gguf: 'One file for llama.cpp and what is made of it, tokenizer and template inside.',
};

const AS_IT_IS = 'as it is';

/** The wish of the format where none is said: hf keeps files as they are. */
const typesOf = (format: string, types: readonly string[]): readonly string[] =>
  format === 'hf' ? [AS_IT_IS, ...types] : types;

function usePlace() {
  const [folder, setFolder] = useState<FileHandle | null>(null);
  const choose = async () => {
    const chosen = await call('files.pick', { title: 'Folder to write into', extensions: [], kind: 'folder' });
    if (chosen) setFolder(chosen);
  };
  return { folder, choose };
}

export function ExportTab({ detail }: { detail: ModelDetail }) {
  const { model, exports } = detail;
  const info = useCall('system.info', {});
  const [format, setFormat] = useState(exports[0]?.format ?? '');
  const [wanted, setType] = useState<string | null>(null);
  const { folder, choose } = usePlace();
  const chosen = exports.find((each) => each.format === format);
  if (!chosen || detail.problem)
    return <EmptyState title="This model cannot be exported.">{detail.problem ?? 'No format can hold it.'}</EmptyState>;
  const types = typesOf(format, chosen.types);
  const preferred = format === 'gguf' ? 'f16' : types[0];
  const type = wanted !== null && types.includes(wanted) ? wanted : preferred;
  const start = () =>
    startExport(`${model.name} as ${chosen.title}`, {
      id: model.id,
      format,
      ...(type === AS_IT_IS ? {} : { type: type as Type }),
      ...(folder ? { folderId: folder.fileId } : {}),
    });
  return (
    <>
      <WorkCards of="export" />
      <div className="pl-choices pl-export-choices" role="radiogroup" aria-label="Format">
        {exports.map((each) => (
          <label key={each.format} className="pl-choice small">
            <input
              type="radio"
              name="format"
              value={each.format}
              checked={each.format === format}
              onChange={() => setFormat(each.format)}
            />
            <h2>{each.title}</h2>
            <span className="pl-2">{USES[each.format]}</span>
          </label>
        ))}
      </div>
      <section className="pl-card pl-form-card">
        <div className="pl-setting">
          <div>
            <p className="pl-strong">Type of the weights</p>
            <p className="pl-caption">q8_0 is a quarter of f32 and loses little; f16 and bf16 are half.</p>
          </div>
          <SegmentedControl aria-label="Type of the weights" data={[...types]} value={type} onChange={setType} />
        </div>
        <div className="pl-setting">
          <div>
            <p className="pl-strong">Where to</p>
            <p className="pl-caption">
              {folder
                ? `A folder of its own in ${folder.name}.`
                : 'A folder of its own in the exports of the workspace.'}
            </p>
          </div>
          {info.data?.capabilities.nativeDialogs && (
            <Button leftSection={<IconFolder />} onClick={() => void choose()}>
              Choose folder
            </Button>
          )}
        </div>
        <div className="pl-row">
          <PrimaryButton leftSection={<IconPackageExport />} onClick={start}>
            Export model
          </PrimaryButton>
          <span className="pl-caption">With a model card that tells of the run that made it.</span>
        </div>
      </section>
    </>
  );
}
