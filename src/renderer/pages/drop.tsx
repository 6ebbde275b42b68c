/** Files and folders dropped anywhere on the window: data opens the import wizard, a model is imported. */
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { chooseDropped } from './datasets/import-draft.ts';
import { dropKind } from './drop-kind.ts';
import { takeModelFile, takeModelFolder } from './models/hand-over.ts';

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

interface Dropped {
  /** Of the folder; null where files were dropped. */
  readonly folder: string | null;
  readonly files: readonly File[];
}

/** The files, or those of the one folder that was dropped. The browser forgets its items once the event is over: they are taken at once. */
async function droppedOf({ items, files }: DataTransfer): Promise<Dropped> {
  const entry = items[0]?.webkitGetAsEntry?.();
  const plain = [...files];
  if (!entry?.isDirectory) return { folder: null, files: plain };
  return { folder: entry.name, files: await filesIn(entry as FileSystemDirectoryEntry) };
}

/** A reader gives a folder's entries in pieces until none is left; folders below are left out. */
async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const files: File[] = [];
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (entries.length === 0) return files;
    for (const entry of entries)
      if (entry.isFile)
        files.push(await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail)));
  }
}

/** Where the drop leads, after it was taken. */
function take({ folder, files }: Dropped): string | null {
  const [first] = files;
  if (!first && folder === null) return null;
  switch (
    dropKind(
      files.map((file) => file.name),
      folder !== null,
    )
  ) {
    case 'model folder':
      void takeModelFolder(folder ?? 'model', files);
      return '/add-model';
    case 'model file':
      void takeModelFile(first);
      return '/add-model';
    case 'data':
      void chooseDropped(first);
      return '/datasets/import';
  }
}

/** Mounted once, over every page. Without it a dropped file would take the window away. */
export function FileDropLayer() {
  const [, navigate] = useLocation();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hold = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      // between two elements of the page something is entered; outside the window nothing is
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      setOver(false);
      void droppedOf(event.dataTransfer).then((dropped) => {
        const path = take(dropped);
        if (path !== null) navigate(path);
      });
    };
    window.addEventListener('dragover', hold);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', hold);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [navigate]);
  return over ? (
    <div className="pl-drop-layer" role="status">
      <p>Drop data or a model to import it</p>
    </div>
  ) : null;
}
