/** Files of a model on their way to the host: one file, or the files of a folder, chosen or dropped. */
import { create } from 'zustand';
import type { FileHandle } from '../../../preload/contract/index.ts';
import { call, upload } from '../../host.ts';
import { startImport } from './model-work.ts';

export interface HandOver {
  /** llama2.c holds no tokenizer: it waits for one. */
  readonly waiting: FileHandle | null;
  /** What is on its way, by its name. */
  readonly handingOver: string | null;
  readonly error: Error | null;
}

const EMPTY: HandOver = { waiting: null, handingOver: null, error: null };

export const useHandOver = create<HandOver>()(() => EMPTY);
export const forgetWaiting = (): void => useHandOver.setState(EMPTY);

const needsTokenizer = (name: string): boolean => /\.bin$/i.test(name);

/** What a model is read from; the rest of a folder (pickles, programs, pictures) stays where it is. */
const BELONGS = /\.(?:json|txt|safetensors|model|jinja|md)$|^LICENSE/i;

async function take(name: string | null, hand: () => Promise<FileHandle | null>): Promise<void> {
  useHandOver.setState({ error: null, handingOver: name });
  try {
    const file = await hand();
    if (file && needsTokenizer(file.name)) useHandOver.setState({ ...EMPTY, waiting: file });
    else {
      useHandOver.setState(EMPTY);
      if (file) startImport(file.name, { source: { fileId: file.fileId } });
    }
  } catch (error) {
    useHandOver.setState({ ...EMPTY, error: error instanceof Error ? error : new Error(String(error)) });
  }
}

export const MODEL_FILES = ['gguf', 'bin'];

/** By the host's own dialog. */
export const chooseModelByDialog = (kind: 'file' | 'folder'): Promise<void> =>
  take(null, () => call('files.pick', { title: 'Model', extensions: kind === 'file' ? MODEL_FILES : [], kind }));

/** One file of the browser: GGUF, llama2.c. */
export const takeModelFile = (file: File): Promise<void> => take(file.name, () => upload(file));

/** The files of a Hugging Face folder. Throws nothing: a failure is shown on the page. */
export const takeModelFolder = (name: string, files: readonly File[]): Promise<void> =>
  take(name, async () => {
    const wanted = files.filter((file) => BELONGS.test(file.name));
    if (!wanted.some((file) => file.name === 'config.json'))
      throw new Error(
        `${name}: config.json is missing. A Hugging Face folder was expected: config.json, model.safetensors and the tokenizer's files.`,
      );
    const folder = await call('files.folder', { name });
    for (const file of wanted) {
      useHandOver.setState({ handingOver: `${name}/${file.name}` });
      await upload(file, folder.fileId);
    }
    return folder;
  });

/** The tokenizer of the file that waits for one. */
export async function takeTokenizer(hand: () => Promise<FileHandle | null>): Promise<void> {
  const { waiting } = useHandOver.getState();
  try {
    const tokenizer = await hand();
    if (!waiting || !tokenizer) return;
    useHandOver.setState(EMPTY);
    startImport(waiting.name, { source: { fileId: waiting.fileId }, tokenizerId: tokenizer.fileId });
  } catch (error) {
    useHandOver.setState({ error: error instanceof Error ? error : new Error(String(error)) });
  }
}
