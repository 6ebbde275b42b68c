/** A version leaves for another program: the format, the place, how far it is, and where it was written. */
import { Button } from '@mantine/core';
import { IconDownload, IconFolder, IconPackageExport } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { bytes, counted, whole } from '../../../charts/numbers.ts';
import type {
  DatasetSummary,
  Event,
  ExportedVersion,
  FileHandle,
  VersionSummary,
} from '../../../preload/contract/index.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Bar } from '../../components/figures.tsx';
import { PrimaryButton } from '../../components/page-header.tsx';
import { saveFile } from '../../components/save-file.ts';
import { call, download, stream, useCall } from '../../host.ts';

/** What each format is for. */
const USES: Readonly<Record<string, string>> = {
  trl: 'For TRL: the row under TRL’s names, as it is stored.',
  'trl-conversational': 'For TRL with a chat template: prompts and answers as messages.',
  hh: 'Dialogues as in Anthropic’s HH-RLHF.',
  sharegpt: 'For LLaMA-Factory, with its dataset_info.json.',
  kto: 'Single answers, each good or bad; ties are left out.',
  csv: 'For spreadsheets; conversations as JSON.',
  parquet: 'For datasets and pandas.',
  'llm-comparator': 'For PAIR’s LLM Comparator.',
};

type Progress = Event<'versions.export'>;
type State =
  | { readonly is: 'asked' }
  | { readonly is: 'running'; readonly progress: Progress | null }
  | { readonly is: 'failed'; readonly error: Error }
  | { readonly is: 'written'; readonly out: ExportedVersion };

function useExport(versionId: string) {
  const [state, setState] = useState<State>({ is: 'asked' });
  const open = useRef<{ close(): void } | null>(null);
  useEffect(() => () => open.current?.close(), []);
  return {
    state,
    start(format: string, folder: FileHandle | null) {
      setState({ is: 'running', progress: null });
      const request = { versionId, format, ...(folder ? { folderId: folder.fileId } : {}) };
      const handle = stream('versions.export', request, (progress) =>
        setState((was) => (was.is === 'running' ? { is: 'running', progress } : was)),
      );
      open.current = handle;
      handle.done.then(
        (out) => open.current === handle && setState({ is: 'written', out }),
        (error: Error) => open.current === handle && setState({ is: 'failed', error }),
      );
    },
    cancel() {
      open.current?.close();
      open.current = null;
      setState({ is: 'asked' });
    },
  };
}

/** In a browser each file can be saved where the browser saves files. */
function Downloads({ files }: Pick<ExportedVersion, 'files'>) {
  const [saving, setSaving] = useState<string | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const save = async (file: ExportedVersion['files'][number]) => {
    setSaving(file.fileId);
    setError(null);
    try {
      saveFile(file.name, await download(file), 'application/octet-stream');
    } catch (cause) {
      setError(cause as Error);
    } finally {
      setSaving(null);
    }
  };
  return (
    <>
      {error && (
        <p className="pl-danger" role="alert">
          {error.message}
        </p>
      )}
      {files.map((file) => (
        <Button
          key={file.fileId}
          leftSection={<IconDownload />}
          loading={saving === file.fileId}
          onClick={() => void save(file)}
        >
          Download {file.name}
        </Button>
      ))}
    </>
  );
}

function Written({ out, onClose }: { out: ExportedVersion; onClose: () => void }) {
  const info = useCall('system.info', {});
  const total = out.files.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <div className="pl-export">
      <p role="status">
        {counted(out.rows, 'row')} in <code className="pl-wrap-path">{out.folder}</code>:{' '}
        {out.files.map(({ name }) => name).join(', ')}, {bytes(total)}.{' '}
        {out.leftOut > 0 && `${counted(out.leftOut, 'row')} that the format has no meaning for stayed behind.`}
      </p>
      <div className="pl-row pl-ends">
        {info.data?.host === 'browser' && <Downloads files={out.files} />}
        {info.data?.capabilities.showsFolders && (
          <Button leftSection={<IconFolder />} onClick={() => void call('files.show', { fileId: out.fileId })}>
            Show folder
          </Button>
        )}
        <PrimaryButton onClick={onClose}>Done</PrimaryButton>
      </div>
    </div>
  );
}

export interface ExportVersionProps {
  readonly dataset: DatasetSummary;
  readonly version: VersionSummary;
  readonly onClose: () => void;
}

export function ExportVersion({ dataset, version, onClose }: ExportVersionProps) {
  const info = useCall('system.info', {});
  const formats = useCall('versions.formats', { versionId: version.id });
  const [chosen, setChosen] = useState<string | null>(null);
  const [folder, setFolder] = useState<FileHandle | null>(null);
  const { state, start, cancel } = useExport(version.id);
  const format = chosen ?? formats.data?.[0]?.format;
  const choose = async () => {
    const found = await call('files.pick', { title: 'Folder to write into', extensions: [], kind: 'folder' });
    if (found) setFolder(found);
  };
  const isRunning = state.is === 'running';
  return (
    <Dialog onClose={onClose} title={`Export ${dataset.name} v${version.number}`} size={560}>
      {state.is === 'written' ? (
        <Written out={state.out} onClose={onClose} />
      ) : (
        <div className="pl-export">
          <fieldset className="pl-export-formats" disabled={isRunning}>
            <legend className="pl-caption">Format</legend>
            {formats.data?.map((each) => (
              <label key={each.format} className="pl-export-format">
                <input
                  type="radio"
                  name="dataset-format"
                  value={each.format}
                  checked={each.format === format}
                  onChange={() => setChosen(each.format)}
                />
                <span>
                  <span className="pl-strong">{each.title}</span>
                  <span className="pl-caption">{USES[each.format]}</span>
                </span>
              </label>
            ))}
          </fieldset>
          <div className="pl-row">
            <span className="pl-caption pl-grow">
              {folder
                ? `A folder of its own in ${folder.name}.`
                : 'A folder of its own in the exports of the workspace.'}
            </span>
            {info.data?.capabilities.nativeDialogs && (
              <Button leftSection={<IconFolder />} disabled={isRunning} onClick={() => void choose()}>
                Choose folder
              </Button>
            )}
          </div>
          {state.is === 'failed' && (
            <p className="pl-danger" role="alert">
              {state.error.message}
            </p>
          )}
          {isRunning && (
            <div className="pl-row" role="status">
              <div className="pl-grow">
                <Bar value={state.progress?.done ?? 0} of={state.progress?.total ?? 0} label="rows written" />
              </div>
              <span className="pl-caption pl-nowrap">
                {state.progress ? `${whole(state.progress.done)} of ${whole(state.progress.total)} rows` : 'starting'}
              </span>
            </div>
          )}
          <div className="pl-row pl-ends">
            <Button onClick={isRunning ? cancel : onClose}>Cancel</Button>
            <PrimaryButton
              leftSection={<IconPackageExport />}
              disabled={isRunning || format === undefined}
              onClick={() => format !== undefined && start(format, folder)}
            >
              Export
            </PrimaryButton>
          </div>
        </div>
      )}
    </Dialog>
  );
}
