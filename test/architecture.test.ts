/** Who may import whom, and the habits of the house: walks every file of src and prints what a folder may import when one is wrong. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Layer of a file → layers it may import besides its own. The first matching prefix counts. */
const LAYERS: readonly { readonly prefix: string; readonly name: string; readonly may: readonly string[] }[] = [
  { prefix: 'src/preload/contract/', name: 'contract', may: [] },
  { prefix: 'src/preload/', name: 'preload', may: ['contract'] },
  { prefix: 'src/charts/', name: 'charts', may: ['contract'] },
  { prefix: 'src/renderer/', name: 'renderer', may: ['contract', 'charts'] },
  { prefix: 'src/main/base/', name: 'base', may: [] },
  { prefix: 'src/main/engine/', name: 'engine', may: ['contract', 'base'] },
  { prefix: 'src/main/tasks/', name: 'tasks', may: ['contract', 'base'] },
  { prefix: 'src/main/data/', name: 'data', may: ['contract', 'base'] },
  { prefix: 'src/main/evaluate/', name: 'evaluate', may: ['contract', 'base', 'engine', 'tasks', 'data'] },
  { prefix: 'src/main/train/', name: 'train', may: ['contract', 'base', 'engine', 'tasks', 'data', 'evaluate'] },
  { prefix: 'src/main/exports/', name: 'exports', may: ['contract', 'base', 'engine', 'data', 'train'] },
  {
    prefix: 'src/main/bench/',
    name: 'bench',
    may: ['contract', 'base', 'engine', 'tasks', 'data', 'train', 'evaluate'],
  },
  {
    prefix: 'src/main/reproduce/',
    name: 'reproduce',
    may: ['contract', 'charts', 'report', 'base', 'engine', 'tasks', 'data', 'train', 'evaluate'],
  },
  {
    prefix: 'src/main/jobs/',
    name: 'jobs',
    may: ['contract', 'base', 'engine', 'tasks', 'data', 'train', 'evaluate', 'exports', 'reproduce', 'bench'],
  },
  { prefix: 'src/main/report/', name: 'report', may: ['contract', 'charts', 'base'] },
  {
    prefix: 'src/main/host/',
    name: 'host',
    may: ['contract', 'report', 'base', 'engine', 'tasks', 'data', 'train', 'evaluate', 'exports', 'jobs'],
  },
  { prefix: 'src/main/desktop/', name: 'desktop', may: ['contract', 'base', 'host', 'jobs'] },
  {
    prefix: 'src/main/commands/',
    name: 'commands',
    may: [
      'contract',
      'charts',
      'base',
      'engine',
      'tasks',
      'data',
      'exports',
      'train',
      'evaluate',
      'jobs',
      'host',
      'bench',
      'reproduce',
    ],
  },
  {
    prefix: 'src/main/',
    name: 'entry',
    may: ['contract', 'base', 'engine', 'tasks', 'data', 'train', 'evaluate', 'jobs', 'host', 'desktop', 'commands'],
  },
];

/** Packages that belong to one folder alone. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-node': ['src/main/engine/runtime/'],
  koffi: ['src/main/engine/runtime/', 'src/main/jobs/own-session.ts'],
  'better-sqlite3': ['src/main/data/store/'],
  electron: ['src/main/desktop/', 'src/main/index.ts', 'src/main/worker.ts', 'src/main/jobs/', 'src/preload/index.ts'],
};

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((f) => /\.tsx?$/.test(f))
  .map((f) => `src/${f.replaceAll('\\', '/')}`);

function layerOf(file: string) {
  const layer = LAYERS.find(({ prefix }) => file.startsWith(prefix));
  if (!layer) throw new Error(`${file} belongs to no layer`);
  return layer;
}

/** Static and dynamic imports of a file. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifier =
    /^\s*(?:import|export)\b[^'"();]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^import\s*'([^']+)'/gm;
  return [...text.matchAll(specifier)].map((m) => m[1] ?? m[2] ?? m[3]);
}

describe('layers', () => {
  it.each(files)('%s imports only what its folder may', (file) => {
    const layer = layerOf(file);
    for (const target of importsOf(file)) {
      if (target.startsWith('.')) {
        const path = relative(root, resolve(root, dirname(file), target)).replaceAll('\\', '/');
        if (!path.startsWith('src/')) continue;
        const other = layerOf(path).name;
        const allowed = [layer.name, ...layer.may];
        expect(allowed, `${file} imports ${path}; ${layer.name} may import ${allowed.join(', ')}`).toContain(other);
        continue;
      }
      const owners = OWNERS[target];
      if (owners)
        expect(
          owners.some((o) => file.startsWith(o)),
          `${file} imports ${target}; only ${owners.join(', ')} may`,
        ).toBe(true);
      if (layer.name === 'contract') expect(target, `${file}: the contract imports zod only`).toBe('zod');
      // runtime/ looks for the native library beside its package
      if (layer.name === 'engine' && !file.startsWith('src/main/engine/runtime/'))
        expect(target, `${file}: the engine touches no files`).not.toMatch(/^node:(fs|path|child_process)/);
    }
  });
});

describe('habits', () => {
  it.each(files)('%s says in its first line what it is', (file) => {
    expect(readFileSync(join(root, file), 'utf8'), `${file} must begin with a /** … */ sentence`).toMatch(/^\/\*\*\s/);
  });
});

describe('registries', () => {
  it.each([
    ['src/main/engine/ops', ['define.ts', 'shapes.ts']],
    ['src/main/engine/losses', ['ascending.ts', 'f-divergence.ts', 'logp.ts', 'policy-gradient.ts', 'preference.ts']],
    ['src/main/train/methods', []],
    ['src/main/jobs/generation/works', []],
    [
      'src/main/train/lab',
      ['config.ts', 'lab-method.ts', 'record.ts', 'reward.ts', 'run-lab.ts', 'run-method.ts', 'schedule.ts', 'view.ts'],
    ],
    ['src/main/reproduce/kinds', []],
    ['src/main/reproduce/studies', []],
    ['src/main/evaluate/judges', ['chat-endpoint.ts', 'judge.ts']],
    [
      'src/main/tasks',
      ['harmless-facts.ts', 'helpful-facts.ts', 'prompt-space.ts', 'rater.ts', 'sentences.ts', 'task.ts', 'world.ts'],
    ],
    [
      'src/main/commands',
      [
        'asking.ts',
        'command.ts',
        'follow-run.ts',
        'input-document.ts',
        'model-options.ts',
        'number-options.ts',
        'output.ts',
        'progress.ts',
        'quickstart-table.ts',
        'rate-terminal.ts',
        'table.ts',
        'train-plan.ts',
        'weight-bits.ts',
        'workspace-store.ts',
      ],
    ],
  ] as const)('every file of %s is in its registry', (folder, shared) => {
    const index = readFileSync(join(root, folder, 'index.ts'), 'utf8');
    for (const name of readdirSync(join(root, folder))) {
      if (name === 'index.ts' || (shared as readonly string[]).includes(name)) continue;
      expect(index, `${folder}/${name} is not registered in ${folder}/index.ts`).toContain(
        `'./${name.endsWith('.ts') ? name : `${name}/index.ts`}'`,
      );
    }
  });
});
