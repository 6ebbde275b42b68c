/** The import being prepared: file, format, columns, name and split; kept for the session, so that leaving the wizard loses nothing. */
import { create } from 'zustand';
import type { ColumnMapping, FileHandle, ImportPreview, MappingField } from '../../../preload/contract/index.ts';
import { call, upload } from '../../host.ts';

export type ImportStep = 0 | 1 | 2;

export interface ImportDraft {
  readonly step: ImportStep;
  readonly file: FileHandle | null;
  /** A file on its way to the host, by its name. */
  readonly handingOver: string | null;
  readonly error: Error | null;
  /** undefined: what the host finds. */
  readonly format: string | undefined;
  readonly mapping: ColumnMapping;
  /** What was chosen for earlier files with these columns is left aside. */
  readonly asFound: boolean;
  /** Rows that do not fit are left out, instead of stopping the import. */
  readonly leaveOut: boolean;
  /** Whether what is chosen by hand is kept for the next file with these columns. */
  readonly remember: boolean;
  /** null: the name that the host suggests. */
  readonly name: string | null;
  /** Share of the prompts that is held out as a dataset of its own; 0: none. */
  readonly heldOut: number;
}

const EMPTY: ImportDraft = {
  step: 0,
  file: null,
  handingOver: null,
  error: null,
  format: undefined,
  mapping: {},
  asFound: false,
  leaveOut: false,
  remember: true,
  name: null,
  heldOut: 0,
};

export const useImportDraft = create<ImportDraft>()(() => EMPTY);

export const clearDraft = (): void => useImportDraft.setState(EMPTY);

const EXTENSIONS = [
  ...['jsonl', 'ndjson', 'json', 'csv', 'tsv', 'parquet', 'arrow', 'arrows', 'feather', 'xlsx'],
  ...['gz', 'zst'],
];
export const ACCEPTED = EXTENSIONS.map((extension) => `.${extension}`).join(',');

/** Takes what `hand` gives as the file of the draft; a failure is shown in the first step. */
async function take(name: string | null, hand: () => Promise<FileHandle | null>): Promise<void> {
  useImportDraft.setState({ error: null, handingOver: name });
  try {
    const file = await hand();
    useImportDraft.setState(file ? { ...EMPTY, step: 1, file } : { handingOver: null });
  } catch (error) {
    useImportDraft.setState({ ...EMPTY, error: error instanceof Error ? error : new Error(String(error)) });
  }
}

/** By the host's own dialog. */
export const chooseByDialog = (): Promise<void> =>
  take(null, () => call('files.pick', { title: 'Preference data', extensions: EXTENSIONS }));

/** A file of the browser, chosen or dropped. */
export const chooseDropped = (file: File): Promise<void> => take(file.name, () => upload(file));

/** Another format: corrections of columns belonged to the one before. */
export const chooseFormat = (format: string): void => useImportDraft.setState({ format, mapping: {}, leaveOut: false });

/** As the host finds it, whatever was chosen now or before. */
export const readAsFound = (): void =>
  useImportDraft.setState({ format: undefined, mapping: {}, asFound: true, leaveOut: false });

/** `column` null: the field is read from nowhere. A correction of what was guessed or remembered takes that over. */
export function mapField(
  { format, mapping: shown, guessed, remembered }: ImportPreview,
  field: MappingField,
  column: string | null,
): void {
  const kept = guessed !== null || remembered !== null ? shown : {};
  useImportDraft.setState(({ mapping }) => ({
    format: format.id,
    mapping: { ...kept, ...mapping, [field]: column ?? '' },
    leaveOut: false,
  }));
}

/** What an import of a preview asks for: a guess is said out loud, because the person who saw it confirms it. */
export const readingOf = (
  { format, mapping, asFound, leaveOut, remember }: ImportDraft,
  preview: ImportPreview,
): { format?: string; mapping: ColumnMapping; asFound?: boolean; leaveOut: boolean; remember: boolean } =>
  preview.guessed === null
    ? { format, mapping, asFound: asFound || undefined, leaveOut, remember }
    : { format: preview.format.id, mapping: preview.mapping, leaveOut, remember };

/** Whether there is anything to keep: what a person chose, now or before, or confirms. */
export const isByHand = ({ format, mapping }: ImportDraft, { guessed, remembered }: ImportPreview): boolean =>
  format !== undefined || Object.keys(mapping).length > 0 || guessed !== null || remembered !== null;
