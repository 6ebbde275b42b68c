/** A model comes in: from a file or folder that was handed over, or from the hub by its name; copied in a process of its own. */
import type { Input, ModelSummary, StoredModel, WorkProgress } from '../../preload/contract/index.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { isRepositoryName } from '../data/hub/names.ts';
import type { JobEvent } from '../jobs/messages.ts';
import { listSummaries } from './model-list.ts';
import { importModel } from './model-registry.ts';
import type { HostServices } from './services.ts';
import { withoutPaths } from './without-path.ts';

export interface WorkExchange {
  emit(progress: WorkProgress): void;
  readonly signal: AbortSignal;
}

type Request = Input<'models.import'>;

/** The model's entry once it is whole; nothing of it is left when it fails or is stopped. What came from the hub stays in its cache and is not asked for again. */
export async function importFound(
  services: HostServices,
  { source, name, tokenizerId }: Request,
  exchange: WorkExchange,
): Promise<ModelSummary> {
  const { store, workspace, files, tasks } = services;
  const tokenizer = tokenizerId === undefined ? undefined : files.get(tokenizerId);
  const from = 'hub' in source ? hubName(source.hub) : undefined;
  const file = 'hub' in source ? undefined : files.get(source.fileId);
  const config = {
    source: 'hub' in source ? { ...source, hub: from } : { path: file?.path },
    tokenizer: tokenizer?.path,
    token: services.secrets.get('hub') ?? undefined,
  };
  const names = Object.fromEntries([file, tokenizer].flatMap((each) => (each ? [[each.path, each.name]] : [])));
  exchange.emit({ stage: 'starting', done: 0, total: 0 });
  const onEvent = stages(from === undefined ? 'writing' : 'downloading', exchange);
  const fill = (folder: string) =>
    tasks.run(
      { kind: 'model_import', name: from ?? file?.name ?? 'model', config, outputDir: folder },
      { signal: exchange.signal, onEvent },
    );
  const stored = await withoutPaths(names, () =>
    importModel(store, workspace, file?.name ?? String(from), { name, from, fill }),
  );
  return summaryOf(services, stored);
}

/** "hf:name" and "https://huggingface.co/owner/name" are names as well. */
function hubName(text: string): string {
  const name = text
    .trim()
    .replace(/^hf:/, '')
    .replace(/^https:\/\/huggingface\.co\/(?:models\/)?/, '')
    .replace(/\/+$/, '');
  if (isRepositoryName(name)) return name;
  throw new RpcError(
    'bad_name',
    `${JSON.stringify(text)} is no name of a model on the hub: "owner/name" was expected.`,
  );
}

/** A job's progress as the stages of an import: 0 of 0 says that the next one begins. */
export function stages(first: WorkProgress['stage'], { emit }: WorkExchange): (event: JobEvent) => void {
  let stage = first;
  return (event) => {
    if (event.type === 'started') stage = 'writing';
    if (event.type === 'started') emit({ stage, done: 0, total: 0 });
    else if (event.type === 'progress') emit({ stage, done: event.step, total: event.maxSteps });
  };
}

const summaryOf = ({ store, workspace }: HostServices, { id }: StoredModel): ModelSummary =>
  listSummaries(store, workspace).find((model) => model.id === id) as ModelSummary;
