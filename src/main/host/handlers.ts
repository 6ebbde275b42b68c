/** All handlers of the contract behind one function: unknown names refused, input and output checked. */
import type { z } from 'zod';
import { contract, type Name } from '../../preload/contract/index.ts';
import { type Handle, RpcError } from '../../preload/contract/rpc.ts';
import { meant } from '../base/registry.ts';
import { catalogueHandlers } from './catalogue.ts';
import { compareHandlers } from './compare.ts';
import { datasetsHandlers } from './datasets.ts';
import { editsHandlers } from './edits.ts';
import { filesHandlers } from './files.ts';
import { generationsHandlers } from './generations.ts';
import { labHandlers } from './lab.ts';
import { modelsHandlers } from './models.ts';
import { qualityHandlers } from './quality.ts';
import { queuesHandlers } from './queues.ts';
import { quickstartHandlers } from './quickstart.ts';
import { ratingsHandlers } from './ratings.ts';
import { resultsHandlers } from './results.ts';
import { runsHandlers } from './runs.ts';
import type { HostServices } from './services.ts';
import { settingsHandlers } from './settings.ts';
import { systemHandlers } from './system.ts';
import { versionsHandlers } from './versions.ts';

type AnyHandler = (
  input: unknown,
  exchange: { emit(event: unknown): void; signal: AbortSignal },
) => Promise<unknown> | unknown;

/** Namespaces: one file each, one line here. */
export const namespaces = [
  systemHandlers,
  filesHandlers,
  catalogueHandlers,
  datasetsHandlers,
  versionsHandlers,
  editsHandlers,
  qualityHandlers,
  modelsHandlers,
  runsHandlers,
  quickstartHandlers,
  resultsHandlers,
  compareHandlers,
  ratingsHandlers,
  generationsHandlers,
  settingsHandlers,
  labHandlers,
  queuesHandlers,
] as const;

/** Every handler by name; throws when two files answer the same name. */
export function collectHandlers(services: HostServices): Map<string, AnyHandler> {
  const all = new Map<string, AnyHandler>();
  for (const namespace of namespaces)
    for (const [name, handler] of Object.entries(namespace(services))) {
      if (all.has(name)) throw new Error(`"${name}" has two handlers`);
      all.set(name, handler as AnyHandler);
    }
  return all;
}

/** The one entry for every transport. Codes: `unknown_name`, `invalid_input`, `invalid_output`, and those of the handlers. */
export function createHandle(services: HostServices): Handle {
  const handlers = collectHandlers(services);
  return async (name, input, emit, signal) => {
    const handler = handlers.get(name);
    if (!handler || !Object.hasOwn(contract, name))
      throw new RpcError('unknown_name', `unknown name "${name}"${meant(name, Object.keys(contract))}`);
    const entry = contract[name as Name];
    const send = (event: unknown) => {
      if ('event' in entry) emit(checkedOutput(name, entry.event, event));
    };
    const result = await handler(checkedInput(name, entry.input, input), { emit: send, signal });
    return checkedOutput(name, entry.output, result);
  };
}

function checkedInput(name: string, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RpcError('invalid_input', `${name}: ${problemsOf(parsed.error)}`, pathsOf(parsed.error));
}

/** What leaves is as the contract says, or it does not leave: a fault of ours, told apart from the caller's. */
function checkedOutput(name: string, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RpcError('invalid_output', `${name} answered wrongly: ${problemsOf(parsed.error)}`, pathsOf(parsed.error));
}

const problemsOf = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`).join('; ');
const pathsOf = (error: z.ZodError) => error.issues.map(({ path, message }) => ({ path: path.map(String), message }));
