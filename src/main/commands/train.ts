/** `plumb train`: runs a config to its end and reports every step. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { defineCommand, InputError, UsageError } from './command.ts';

export const train = defineCommand({
  id: 'train',
  summary: 'Train a model as a config says (JSON or YAML, TRL option names).',
  examples: ['plumb train sft.json', 'plumb train dpo.yaml --json result.json', 'plumb train dpo.yaml --resume'],
  configure(command) {
    command.argument('<config>', 'flat object with TRL names; relative paths are relative to it');
    command.option('--resume', 'go on from the newest checkpoint of output_dir');
    command.option('--threads <n>', 'threads of one operator; 0 = all cores', '0');
  },
  async run([file], options, context) {
    const { methods } = await import('../train/methods/index.ts');
    const { runTraining } = await import('../train/run.ts');
    const path = resolve(file);
    const config = await readConfig(path);
    const id = String(config.method ?? '');
    if (!methods.has(id)) {
      const { nearest } = await import('../base/registry.ts');
      const known = methods.all.map((m) => m.id);
      throw new UsageError(
        `unknown method "${id}"; did you mean "${nearest(id, known)}"? Methods: ${known.join(', ')}`,
      );
    }
    const name = `${id}-${new Date()
      .toISOString()
      .replace(/[-:.TZ]/g, '')
      .slice(0, 14)}-${process.pid}`;
    const resolvePath = (p: string): string => {
      if (isAbsolute(p)) return p;
      const beside = resolve(dirname(path), p);
      const inWorkspace = join(context.workspace.models, p);
      return !existsSync(beside) && /^[\w.-]+$/.test(p) && existsSync(inWorkspace) ? inWorkspace : beside;
    };
    const outputDir =
      typeof config.output_dir === 'string' ? resolvePath(config.output_dir) : join(context.workspace.runs, name);
    return runTraining(methods.get(id), config, {
      run: name,
      outputDir,
      resolvePath,
      resume: options.resume === true,
      threads: Number(options.threads),
      signal: context.signal,
      onProgress: (step, total) => context.progress(step, total, 'step'),
      onLog: (text) => context.say(text),
    });
  },
  show(
    document: {
      run: string;
      status: string;
      seconds: number;
      output_dir: string;
      steps: { step: number; metrics: Record<string, number | null> }[];
    },
    { print },
  ) {
    const last = document.steps.at(-1);
    print(`${document.run} ${document.status} after ${last?.step ?? 0} steps in ${document.seconds.toFixed(1)} s`);
    for (const [name, value] of Object.entries(last?.metrics ?? {})) print(`  ${name.padEnd(24)} ${value}`);
    print(`model: ${document.output_dir}`);
  },
});

async function readConfig(path: string): Promise<Record<string, unknown>> {
  if (!existsSync(path)) throw new InputError(`${path}: there is no such file`);
  const { parse } = await import('yaml'); // JSON is YAML
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new InputError(`${path} is neither valid JSON nor YAML: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new InputError(`${path} must hold one flat object`);
  return value as Record<string, unknown>;
}
