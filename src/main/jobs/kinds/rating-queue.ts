/** The job of a queue: models answer the prompts, the pairs are laid out in a drawn order, and a judge says what it thinks of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueueJudge } from '../../../preload/contract/queues.ts';
import { createRandom } from '../../base/random.ts';
import { writeFileAtomic } from '../../data/checkpoints/atomic.ts';
import { answerPrompts } from '../../evaluate/answers.ts';
import { promptText } from '../../evaluate/compare-models.ts';
import { taskOfPrompts } from '../../evaluate/find-task.ts';
import { chatEndpoint, isHttpAddress } from '../../evaluate/judges/chat-endpoint.ts';
import { judges } from '../../evaluate/judges/index.ts';
import { type Judge, type JudgedAnswer, JudgeError } from '../../evaluate/judges/judge.ts';
import { answerLimit } from '../../evaluate/task-samples.ts';
import { TIE_THRESHOLD } from '../../evaluate/win-rate.ts';
import { loadModel } from '../../train/load-model.ts';
import type { JobContext, JobKind } from '../kind.ts';
import type { JobSpec } from '../messages.ts';
import { QUEUE_FILES, QUEUE_METHOD, queueConfig, queueWork } from '../queue-work.ts';
import { resolveJob } from '../workspace-paths.ts';

/** Two answers of which nobody has said yet which is better. */
interface Pair {
  readonly first: JudgedAnswer;
  readonly second: JudgedAnswer;
  readonly firstModel: string;
  readonly secondModel: string;
}

type Config = ReturnType<typeof queueConfig.parse>;

/** Pairs that a judge gets at once: a stop is heard in between. */
const JUDGED_TOGETHER = 16;

export const ratingQueue: JobKind = {
  id: QUEUE_METHOD,
  async run(job, context) {
    const config = queueConfig.parse(job.config);
    const work = queueWork.parse(JSON.parse(readFileSync(join(job.outputDir, QUEUE_FILES.work), 'utf8')));
    const answered = work.kind === 'models' ? config.model.length * work.prompts.length : 0;
    const contests = (config.model.length * (config.model.length - 1)) / 2;
    const count = work.kind === 'models' ? contests * work.prompts.length : work.items.length;
    const maxSteps = answered + (config.judge ? count : 0);
    const onProgress = (step: number) => context.emit({ type: 'progress', step, maxSteps, secondsLeft: null });
    context.emit({ type: 'started', maxSteps });
    const pairs =
      work.kind === 'models'
        ? await answerAll(job, config, work.prompts, context, onProgress)
        : work.items.map(({ prompt, first, second }): Pair => {
            const answer = (completion: string) => asWritten(prompt, completion);
            return { first: answer(first), second: answer(second), firstModel: 'chosen', secondModel: 'rejected' };
          });
    if (work.kind === 'models') leave(job, QUEUE_FILES.items, pairs.map(itemOf));
    if (!config.judge) return { pairs: pairs.length };
    const judge = await openJudge(job, config.judge, config, pairs, context);
    try {
      leave(job, QUEUE_FILES.judgements, await judgeAll(judge, pairs, context, (done) => onProgress(answered + done)));
      return { pairs: pairs.length, ...judge.audit?.() };
    } finally {
      await judge.close();
    }
  },
};

const leave = ({ outputDir }: JobSpec, name: string, content: unknown): void =>
  writeFileAtomic(join(outputDir, name), `${JSON.stringify(content)}\n`);

const itemOf = ({ first, second, firstModel, secondModel }: Pair) => ({
  prompt: first.prompt,
  first: first.completion,
  second: second.completion,
  firstModel,
  secondModel,
  sourceRow: null,
});

/** An answer of which only the words are known. */
const asWritten = (prompt: string, completion: string): JudgedAnswer => ({
  prompt,
  completion,
  promptIds: [],
  ids: [],
  tokens: completion.split(/\s+/).filter(Boolean).length,
  ended: true,
});

/** Every model answers every prompt; each two answers to a prompt are a pair, and the pairs are shuffled. */
async function answerAll(
  job: JobSpec,
  config: Config,
  prompts: readonly Parameters<typeof promptText>[0][],
  context: JobContext,
  onProgress: (step: number) => void,
): Promise<Pair[]> {
  const { resolvePath } = resolveJob(job, context.workspace);
  const task = taskOfPrompts(prompts);
  const answers: JudgedAnswer[][] = [];
  for (const [place, name] of config.model.entries()) {
    const answerer = loadModel(resolvePath(name));
    const limit = task ? answerLimit(task, answerer.tokenizer) : config.max_new_tokens;
    const found = await answerPrompts(answerer, prompts, limit, {
      temperature: config.temperature,
      seed: `${config.seed}:${place}`,
      threads: job.threads,
      batchSize: 16,
      breathe: context.breathe,
      onProgress: (done) => onProgress(place * prompts.length + done),
    });
    answers.push(found.map((answer, i) => ({ ...answer, prompt: promptText(prompts[i]) })));
  }
  const pairs = config.model.flatMap((firstModel, a) =>
    config.model
      .slice(a + 1)
      .flatMap((secondModel, b) =>
        prompts.map((_, i): Pair => ({ first: answers[a][i], second: answers[a + 1 + b][i], firstModel, secondModel })),
      ),
  );
  return createRandom(`${config.seed}:order`).shuffle(pairs);
}

function openJudge(
  job: JobSpec,
  judge: QueueJudge,
  config: Config,
  pairs: readonly Pair[],
  { workspace, signal }: JobContext,
): Promise<Judge> {
  const shared = { tie: judge.kind === 'gold' ? TIE_THRESHOLD : 0, seed: config.seed, threads: job.threads, signal };
  const definition = judges.get(judge.kind);
  if (judge.kind === 'gold') {
    const task = taskOfPrompts(pairs.map(({ first }) => first.prompt));
    if (!task) throw new JudgeError('the gold judge knows the prompts of built-in tasks only; these are others');
    return definition.open({ ...shared, task });
  }
  if (judge.kind === 'reward-model')
    return definition.open({
      ...shared,
      rewardModel: loadModel(resolveJob(job, workspace).resolvePath(judge.model), { head: 'score' }),
    });
  if (judge.kind === 'llm') {
    if (!isHttpAddress(judge.url)) throw new JudgeError(`the judge's address must be http, found "${judge.url}"`);
    const { url, model, rule } = judge;
    return definition.open({ ...shared, llm: chatEndpoint({ url, model, rule, concurrency: 4 }) });
  }
  return definition.open(shared);
}

async function judgeAll(
  judge: Judge,
  pairs: readonly Pair[],
  { breathe }: JobContext,
  onProgress: (done: number) => void,
) {
  const found: object[] = [];
  for (let at = 0; at < pairs.length; at += JUDGED_TOGETHER) {
    await breathe();
    const group = pairs.slice(at, at + JUDGED_TOGETHER);
    const [first, second] = [group.map((pair) => pair.first), group.map((pair) => pair.second)];
    const points = await judge.compare(first, second);
    const [qualityFirst, qualitySecond] = [await judge.quality(first), await judge.quality(second)];
    group.forEach((_, i) => {
      const verdict = points[i] === 0.5 ? 'tie' : points[i] > 0.5 ? 'first' : 'second';
      found.push({ position: at + i, verdict, first: qualityFirst[i], second: qualitySecond[i] });
    });
    onProgress(found.length);
  }
  return found;
}
