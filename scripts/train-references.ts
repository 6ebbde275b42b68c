/** Trains the references that ship in resources/models, one per built-in task: `node scripts/train-references.ts [TASK…]`. The same bits on the same machine. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mean } from '../src/main/base/statistics.ts';
import { writeJsonLines } from '../src/main/data/json-lines.ts';
import { answerTask } from '../src/main/evaluate/task-samples.ts';
import { tasks } from '../src/main/tasks/index.ts';
import type { Task } from '../src/main/tasks/task.ts';
import { loadModel } from '../src/main/train/load-model.ts';
import { methods } from '../src/main/train/methods/index.ts';
import { runTraining } from '../src/main/train/run.ts';
import { taskDemonstrations, taskModelOptions, writeTaskModel } from '../src/main/train/task-model.ts';

const SEED = 1;
const DEMONSTRATIONS = 10_000;
/** What the references learn from and how: the mixture, good and bad alike, so that alignment has something to do. */
const TRAINING = {
  method: 'sft',
  learning_rate: 2e-3,
  lr_scheduler_type: 'cosine_with_min_lr',
  lr_scheduler_kwargs: { min_lr_rate: 0.1 },
  warmup_steps: 50,
  weight_decay: 0.01,
  per_device_train_batch_size: 32,
  max_steps: 1200,
  seed: SEED,
};
const FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

async function trainReference(task: Task, target: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-reference-'));
  try {
    const rows = taskDemonstrations(task, DEMONSTRATIONS, SEED);
    const demonstrations = writeJsonLines(join(folder, 'demonstrations.jsonl'), rows);
    const model = join(folder, 'untrained');
    writeTaskModel(model, task);
    const outputDir = join(folder, 'trained');
    const run = await runTraining(
      methods.get('sft'),
      { ...TRAINING, model, dataset: demonstrations },
      {
        run: `${task.id}-reference`,
        outputDir,
        resolvePath: (path) => path,
        resume: false,
        threads: 1,
        signal: new AbortController().signal,
        onProgress: (step, total) => {
          if (step % 200 === 0) console.error(`${task.id}: step ${step} of ${total}`);
        },
      },
    );
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    for (const file of FILES) cpSync(join(outputDir, file), join(target, file));
    writeFileSync(join(target, 'README.md'), await modelCard(task, target, run.seconds));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the model is and how good it is, measured just now. */
async function modelCard(task: Task, path: string, seconds: number): Promise<string> {
  const prompts = task.prompts('held-out', 500, 1);
  const { hidden, layers, heads, intermediate } = taskModelOptions(task);
  const rows: string[] = [];
  for (const temperature of [1, 0.7]) {
    const answers = await answerTask(task, loadModel(path), prompts, { temperature, seed: 1, threads: 1 });
    const share = (test: (answer: (typeof answers)[number]) => boolean) =>
      ((100 * answers.filter(test).length) / answers.length).toFixed(1);
    const gold = mean(answers.map((a) => a.gold)).toFixed(2);
    const tokens = mean(answers.map((a) => a.tokens)).toFixed(1);
    rows.push(`| ${temperature} | ${gold} | ${tokens} | ${share((a) => a.ended)}% | ${share((a) => !a.onGrammar)}% |`);
  }
  console.error(`${task.id}: ${seconds.toFixed(0)} s\n${rows.join('\n')}`);
  return `---
license: mit
---
# ${task.id}-reference

${task.title}: ${task.summary} A llama of width ${hidden}, ${layers} layers, ${heads} heads, SwiGLU ${intermediate}, float32, one token a word.
Trained from scratch by \`node scripts/train-references.ts ${task.id}\`: ${TRAINING.max_steps} steps of ${TRAINING.per_device_train_batch_size} on ${DEMONSTRATIONS} demonstrations
of mixed quality, AdamW ${TRAINING.learning_rate}, seed ${SEED}. It is imperfect on purpose: alignment starts here.

500 held-out prompts:

| temperature | gold | tokens | ends by itself | off grammar |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

const chosen = process.argv.slice(2);
const models = join(import.meta.dirname, '../resources/models');
for (const task of chosen.length > 0 ? chosen.map((id) => tasks.get(id)) : tasks.all)
  await trainReference(task, join(models, `${task.id}-reference`));
