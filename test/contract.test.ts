/** Every name of the contract has exactly one handler, and every schema in it can be shown as JSON Schema (so it is JSON-safe). */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { namespaces } from '../src/main/host/handlers.ts';
import type { HostServices } from '../src/main/host/services.ts';
import { contract } from '../src/preload/contract/index.ts';

/** Collecting handlers runs none of them: nothing of the services is touched. */
const services = {} as HostServices;

describe('the contract', () => {
  it('has exactly one handler for each name', () => {
    const handled = namespaces.flatMap((namespace) => Object.keys(namespace(services)));
    expect([...handled].sort()).toEqual(Object.keys(contract).sort());
  });

  it.each(namespaces.map((n) => [n.name, n] as const))('%s answers one namespace only', (_name, namespace) => {
    const names = Object.keys(namespace(services));
    expect(new Set(names.map((name) => name.split('.')[0])).size).toBe(1);
  });

  it.each(Object.entries(contract))('%s carries JSON only', (_name, entry) => {
    for (const schema of [entry.input, entry.output, ...('event' in entry ? [entry.event] : [])])
      if (!(schema instanceof z.ZodUndefined)) expect(z.toJSONSchema(schema, { io: 'input' })).toBeTypeOf('object');
  });
});
