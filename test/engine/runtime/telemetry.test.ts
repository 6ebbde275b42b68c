/** The runtime keeps to itself: using it opens no files of its own and leaves nothing in the temporary folder. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nativeApi } from '../../../src/main/engine/runtime/native.ts';

const runtime = resolve(import.meta.dirname, '../../../src/main/engine');
const program = `
  const { GraphBuilder } = await import('${runtime}/graph/builder.ts');
  const { Session, float32 } = await import('${runtime}/runtime/session.ts');
  const g = new GraphBuilder();
  g.output('y', g.neg(g.input('x', 'float32', ['N'])));
  const session = await Session.create(g.build(), { backend: process.argv[1] });
  const { y } = await session.run({ x: float32([1], Float32Array.of(2)) });
  process.stdout.write(String(y.data[0]));
  await session.close();
`;

const backends = nativeApi() instanceof Error ? ['js'] : ['native', 'js'];

describe('telemetry', () => {
  it.each(backends)('is off through the %s API: the temporary folder stays empty', (backend) => {
    const folder = mkdtempSync(join(tmpdir(), 'quiet-'));
    try {
      const { ORT_DISABLE_TELEMETRY: _unset, ...env } = process.env;
      const options = { env: { ...env, TMPDIR: folder }, encoding: 'utf8' } as const;
      const said = execFileSync(process.execPath, ['--input-type=module', '-e', program, backend], options);
      expect(said).toBe('-2');
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
