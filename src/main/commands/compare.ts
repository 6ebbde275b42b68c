/** `plumb compare`: which of several models answers better, by a judge, and how sure that is. */
import type { Answerer } from '../evaluate/answers.ts';
import type { CompareOptions, Contestant, ModelReport, PairReport } from '../evaluate/compare-models.ts';
import type { JudgeOptions, LlmOptions } from '../evaluate/judges/judge.ts';
import type { Task } from '../tasks/task.ts';
import { type CommandContext, defineCommand, InputError, UsageError } from './command.ts';
import { modelPath } from './model-options.ts';
import { numberOption, wholeOption } from './number-options.ts';

type Options = Readonly<Record<string, unknown>>;

export const compare = defineCommand({
  id: 'compare',
  summary: 'Let models answer the same prompts, and a judge say which answers are better.',
  examples: [
    'plumb compare runs/dpo helpful-reference',
    'plumb compare online offline reference --judge reward-model --reward-model my-rm --n 300',
    'plumb compare a b --prompts prompts.jsonl --judge llm --judge-url http://127.0.0.1:8080/v1 --judge-model judge',
    'plumb compare helpful-reference helpful-reference --best-of 4',
  ],
  configure(command) {
    command
      .argument('<models...>', 'two models, or more to rank them')
      .option('--judge <judge>', 'gold, reward-model, llm or length', 'gold')
      .option('--task <task>', 'built-in task; else found from the models or the prompts')
      .option('--prompts <file>', 'rows with a "prompt"; else held-out prompts of the task')
      .option('--n <n>', 'prompts', '500')
      .option('--temperature <t>', 'of sampling', '1')
      .option('--tie <difference>', 'scores that differ by less are a tie', '0.25')
      .option('--seed <n>', 'same seed, same answers', '1')
      .option('--max-new-tokens <n>', 'longest answer where no task sets a limit', '128')
      .option('--reference <model>', "what KL is measured to; else the task's built-in reference")
      .option('--best-of <n>', 'the first model answers n times and keeps its best', '1')
      .option('--pick-by <judge>', 'who picks the best: gold or reward-model', 'gold')
      .option('--reward-model <model>', 'for --judge reward-model and --pick-by reward-model')
      .option('--judge-url <url>', 'OpenAI-compatible endpoint, such as http://127.0.0.1:8080/v1')
      .option('--judge-model <name>', 'model of the endpoint')
      .option('--judge-endpoint <name>', "a judge of the app's Settings: its address and model")
      .option('--judge-rule <rule>', 'average: of both orders · disagreement: a tie unless both agree', 'average')
      .option('--judge-concurrency <n>', 'requests at once', '4')
      .option('--threads <n>', 'threads of one operator; 0 = one for small models, all cores for others', '0');
  },
  async run(models, options, context) {
    if (models.length < 2) throw new UsageError('compare needs at least two models');
    const { compareModels, rankModels } = await import('../evaluate/compare-models.ts');
    const setting = await openComparison(models, options, context);
    try {
      const { reports, pairs } = await compareModels(setting.contestants, setting.compare);
      const shared = {
        judge: String(options.judge),
        task: setting.compare.task?.id ?? null,
        temperature: setting.compare.temperature,
        tie_threshold: numberOption(options.tie, 'tie', 0),
        seed: Number(setting.compare.seed),
        reference: setting.referenceName,
        ...(setting.compare.judge.audit ? { judge_audit: setting.compare.judge.audit() } : {}),
      };
      if (reports.length === 2) return { ...pairs[0].report, a: reports[0], b: reports[1], ...shared };
      return {
        n: setting.compare.prompts.length,
        models: reports,
        pairs: pairs.map(({ a, b, report }) => ({ a: reports[a].name, b: reports[b].name, ...report })),
        ranking: rankModels(
          reports.map(({ name }) => name),
          pairs,
        ),
        ...shared,
      };
    } finally {
      await setting.compare.judge.close();
    }
  },
  show(document: Shown, { print }) {
    const pairs = document.pairs ?? [{ ...document, a: document.a.name, b: document.b.name }];
    for (const pair of pairs) print(pairLine(pair));
    for (const report of document.models ?? [document.a, document.b]) print(modelLine(report));
    for (const { name, strength, se } of document.ranking?.models ?? [])
      print(`strength ${strength.toFixed(3)} ± ${(1.96 * se).toFixed(3)}  ${name}`);
    if (document.ranking?.reason) print(`no ranking: ${document.ranking.reason}`);
  },
});

interface Shown extends PairReport {
  readonly a: ModelReport;
  readonly b: ModelReport;
  readonly models?: readonly ModelReport[];
  readonly pairs?: readonly (PairReport & { readonly a: string; readonly b: string })[];
  readonly ranking?: {
    readonly models: readonly { readonly name: string; readonly strength: number; readonly se: number }[] | null;
    readonly reason?: string;
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

function pairLine(pair: PairReport & { readonly a: string; readonly b: string }): string {
  const [low, high] = pair.interval;
  const { win_minus_loss: difference } = pair;
  return [
    `${pair.a} against ${pair.b}: ${pair.win} won, ${pair.tie} tied, ${pair.loss} lost of ${pair.n}`,
    `win rate ${percent(pair.win_rate)} [${percent(low)}, ${percent(high)}], at equal length ${percent(pair.length_controlled_win_rate)}`,
    `win − loss ${difference.value.toFixed(3)} [${difference.low.toFixed(3)}, ${difference.high.toFixed(3)}]`,
  ].join('\n  ');
}

function modelLine(report: ModelReport): string {
  const number = (value: number | null, digits: number) => (value === null ? '–' : value.toFixed(digits));
  return [
    `${report.name}: quality ${number(report.quality, 2)} of 5, score ${number(report.score, 2)}`,
    `${report.length.toFixed(1)} tokens, ${percent(report.end_rate)} end by themselves`,
    report.best_of_n
      ? `best of ${report.best_of_n.n}, KL at most ${report.best_of_n.kl_upper_bound.toFixed(2)} above its own`
      : `KL ${number(report.kl, 2)}`,
    ...(report.off_grammar === null ? [] : [`${percent(report.off_grammar)} off grammar`]),
  ].join(', ');
}

interface Setting {
  readonly contestants: readonly Contestant[];
  readonly compare: CompareOptions;
  /** Name or path of what KL is measured to. */
  readonly referenceName: string | null;
}

async function openComparison(names: readonly string[], options: Options, context: CommandContext): Promise<Setting> {
  const { loadModel } = await import('../train/load-model.ts');
  const seed = wholeOption(options.seed, 'seed', 0);
  const threads = wholeOption(options.threads, 'threads', 0);
  const bestOf = wholeOption(options.bestOf, 'best-of', 1);
  const temperature = numberOption(options.temperature, 'temperature', Number.MIN_VALUE);
  const loaded: Answerer[] = [];
  for (const name of names) loaded.push(loadModel(await modelPath(name, context)));
  const given = typeof options.prompts === 'string' ? await readPromptFile(options.prompts) : undefined;
  const task = await taskOf(options, loaded[0].tokenizer, given);
  const { choosePrompts, comparisonPrompts } = await import('../evaluate/compare-models.ts');
  const n = wholeOption(options.n, 'n', 1);
  if (!given && !task)
    throw new UsageError('no built-in task fits these models: name prompts with --prompts FILE, or --task');
  const prompts = given ? choosePrompts(given, n, seed) : task ? comparisonPrompts(task, n, seed) : [];
  const judgeOptions = await judgeOptionsOf(options, task, context);
  const judge = await openJudge(String(options.judge), judgeOptions);
  const picker = bestOf > 1 ? await openJudge(String(options.pickBy), judgeOptions) : undefined;
  const reference = await referenceOf(options, task, context);
  return {
    contestants: names.map((name, i) => ({
      name: distinctName(names, i, i === 0 && picker ? `${name} best of ${bestOf}` : name),
      answerer: loaded[i],
      ...(i === 0 && picker ? { bestOf: { n: bestOf, picker } } : {}),
    })),
    referenceName: reference?.name ?? null,
    compare: {
      prompts,
      task,
      judge,
      seed,
      temperature,
      threads,
      maxNewTokens: wholeOption(options.maxNewTokens, 'max-new-tokens', 1),
      reference: reference?.answerer,
      breathe: async () => context.signal.throwIfAborted(),
      onProgress: context.progress,
    },
  };
}

/** A model that is compared with itself still needs two names. */
const distinctName = (names: readonly string[], i: number, name: string): string =>
  names.indexOf(names[i]) === i ? name : `${name} (${i + 1})`;

async function readPromptFile(path: string) {
  const { existsSync } = await import('node:fs');
  if (!existsSync(path)) throw new InputError(`${path}: there is no such file`);
  const { isDropped, trainingRecords } = await import('../data/training-records.ts');
  const { promptExample } = await import('../data/examples.ts');
  const prompts = [];
  for await (const record of trainingRecords(path)) if (!isDropped(record)) prompts.push(promptExample(path, record));
  if (prompts.length === 0) throw new InputError(`${path}: it holds no prompts`);
  return prompts;
}

type Prompts = Awaited<ReturnType<typeof readPromptFile>>;

async function taskOf(
  options: Options,
  tokenizer: Parameters<typeof import('../evaluate/find-task.ts').taskOfTokenizer>[0],
  given: Prompts | undefined,
): Promise<Task | undefined> {
  const { tasks } = await import('../tasks/index.ts');
  if (typeof options.task === 'string') {
    if (!tasks.has(options.task))
      throw new UsageError(`unknown task "${options.task}"; tasks: ${tasks.all.map(({ id }) => id).join(', ')}`);
    return tasks.get(options.task);
  }
  const { taskOfPrompts, taskOfTokenizer } = await import('../evaluate/find-task.ts');
  return given ? taskOfPrompts(given) : taskOfTokenizer(tokenizer);
}

async function openJudge(id: string, options: JudgeOptions) {
  const { judges } = await import('../evaluate/judges/index.ts');
  const { JudgeError } = await import('../evaluate/judges/judge.ts');
  if (!judges.has(id))
    throw new UsageError(`unknown judge "${id}"; judges: ${judges.all.map((judge) => judge.id).join(', ')}`);
  try {
    return await judges.get(id).open(options);
  } catch (error) {
    if (error instanceof JudgeError) throw new UsageError(error.message);
    throw error;
  }
}

async function judgeOptionsOf(
  options: Options,
  task: Task | undefined,
  context: CommandContext,
): Promise<JudgeOptions> {
  const { loadModel } = await import('../train/load-model.ts');
  return {
    task,
    tie: numberOption(options.tie, 'tie', 0),
    seed: wholeOption(options.seed, 'seed', 0),
    threads: wholeOption(options.threads, 'threads', 0),
    signal: context.signal,
    ...(typeof options.rewardModel === 'string'
      ? { rewardModel: loadModel(await modelPath(options.rewardModel, context), { head: 'score' }) }
      : {}),
    llm: await llmOptions(options, context),
  };
}

async function llmOptions(options: Options, context: CommandContext): Promise<LlmOptions | undefined> {
  const { judgeRule } = options;
  const { judgeUrl, judgeModel } = await endpointOf(options, context);
  if (typeof judgeUrl !== 'string' && typeof judgeModel !== 'string') return undefined;
  if (typeof judgeUrl !== 'string' || typeof judgeModel !== 'string')
    throw new UsageError('--judge-url and --judge-model are needed together');
  const { chatEndpoint, isHttpAddress } = await import('../evaluate/judges/chat-endpoint.ts');
  if (!isHttpAddress(judgeUrl)) throw new UsageError(`--judge-url must be an http address, found "${judgeUrl}"`);
  if (judgeRule !== 'average' && judgeRule !== 'disagreement')
    throw new UsageError(`--judge-rule must be average or disagreement, found "${judgeRule}"`);
  const concurrency = wholeOption(options.judgeConcurrency, 'judge-concurrency', 1);
  return chatEndpoint({ url: judgeUrl, model: judgeModel, rule: judgeRule, concurrency });
}

/** As given, or as Settings has it; the key comes from the environment either way. */
async function endpointOf(options: Options, { workspace }: CommandContext) {
  const { judgeUrl, judgeModel, judgeEndpoint } = options;
  if (typeof judgeEndpoint !== 'string') return { judgeUrl, judgeModel };
  if (judgeUrl !== undefined || judgeModel !== undefined)
    throw new UsageError('--judge-endpoint names address and model: leave --judge-url and --judge-model out');
  const { requireJudge } = await import('../host/run-judges.ts');
  try {
    const { url, model } = requireJudge(workspace, judgeEndpoint);
    return { judgeUrl: url, judgeModel: model };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function referenceOf(options: Options, task: Task | undefined, context: CommandContext) {
  const { loadModel } = await import('../train/load-model.ts');
  const { builtInModelFolder } = await import('../data/built-in-models.ts');
  if (typeof options.reference === 'string')
    return { name: options.reference, answerer: loadModel(await modelPath(options.reference, context)) };
  const name = task && `${task.id}-reference`;
  const path = name && builtInModelFolder(name);
  return path ? { name, answerer: loadModel(path) } : undefined;
}
