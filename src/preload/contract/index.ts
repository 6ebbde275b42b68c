/** The contract: every call and stream the page may make, with zod schemas for input and output. */
import { z } from 'zod';
import {
  compareCurves,
  compareCurvesRequest,
  compareJudgeRequest,
  compareSet,
  compareTable,
  compareTableRequest,
  compareVerdict,
  compareView,
  overoptimisedSeries,
  runIds,
  savedComparison,
} from './compare.ts';
import { qualityProgress, qualityReport, qualitySettings } from './dataset-quality.ts';
import {
  derivedVersion,
  deriveRequest,
  exportChoice,
  exportedVersion,
  lineageNode,
  operationEntry,
  pairFacets,
  pendingEdit,
  relabel,
  rowProgress,
  versionDifference,
  versionUse,
} from './dataset-versions.ts';
import {
  columnMapping,
  datasetSummary,
  importPreview,
  importProgress,
  importReport,
  pairLine,
  pairQuery,
  splitRequest,
  storedPair,
} from './datasets.ts';
import {
  forcedAnswers,
  forceRequest,
  generationEnd,
  generationEvent,
  generationRequest,
  modelChoice,
  modelRef,
  pairToSave,
  pickedPrompts,
  probeAnswers,
  probeRequest,
  promptInput,
  promptReading,
  promptSource,
  readRequest,
  rewardAnswers,
  rewardRequest,
  savedPair,
  tokenReadings,
} from './generations.ts';
import { labOptions, labRun, labView, labWorld, scaleRun } from './lab.ts';
import {
  exportedModel,
  lintReport,
  modelDetail,
  modelSource,
  modelSummary,
  templatePreview,
  typedConversation,
  workProgress,
} from './models.ts';
import { judgeVerdict, newQueue, queueItem, queueRating, queueResults, queueSummary } from './queues.ts';
import { quickstartState } from './quickstart.ts';
import { rating, ratingItem, ratingQueue } from './ratings.ts';
import {
  comparisonRow,
  logLine,
  methodEntry,
  metricPoint,
  pastedOptions,
  runAnnotation,
  runDetail,
  runEvent,
  runOptions,
  runPlan,
  runSample,
  runSummary,
  taskEntry,
} from './runs.ts';
import { judgeChange, judgeTest, storageUse, workspaceSettings } from './settings.ts';
import { command, fileHandle, systemInfo, systemStatus } from './system.ts';

const nothing = z.object({});
const done = z.object({ ok: z.literal(true) });
const byId = z.object({ id: z.string() });
const rater = z.string().trim().min(1).max(100);
const byVersion = z.object({ versionId: z.string() });

/** A request with one answer. */
const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({
  kind: 'call' as const,
  input,
  output,
});
/** A request with many events and one final answer. */
const stream = <I extends z.ZodType, E extends z.ZodType, O extends z.ZodType>(input: I, event: E, output: O) => ({
  kind: 'stream' as const,
  input,
  event,
  output,
});

const importRequest = z.object({
  fileId: z.string(),
  format: z.string().optional(),
  mapping: columnMapping.optional(),
  /** As the file is found, whatever was chosen by hand for an earlier one with the same columns. */
  asFound: z.boolean().optional(),
  /** Rows that do not fit are left out like refused ones; else one of them stops the import. */
  leaveOut: z.boolean().optional(),
});

/** Rows offset … offset + limit − 1 of a version. */
const versionPage = z.object({ versionId: z.string(), offset: z.int().min(0), limit: z.int().min(1).max(500) });

export const contract = {
  'system.info': call(nothing, systemInfo),
  'system.status': stream(nothing, systemStatus, z.undefined()),
  /** What the window's menus and messages ask the page to do; silent in a browser. */
  'system.commands': stream(nothing, command, z.undefined()),
  'files.pick': call(
    z.object({
      title: z.string(),
      extensions: z.array(z.string()),
      kind: z.enum(['file', 'folder']).default('file'),
    }),
    fileHandle.nullable(),
  ),
  /** An empty folder for files that are uploaded one by one, with its id in `x-folder-id`. */
  'files.folder': call(z.object({ name: z.string().min(1).max(255) }), fileHandle),
  /** Shows a file or folder in the system's own window for files. */
  'files.show': call(z.object({ fileId: z.string() }), done),

  'catalogue.methods': call(nothing, z.array(methodEntry)),
  'catalogue.tasks': call(nothing, z.array(taskEntry)),

  'datasets.list': call(nothing, z.array(datasetSummary)),
  'datasets.preview': call(importRequest, importPreview),
  'datasets.import': stream(
    /** `remember` false: what was chosen by hand is not kept for the next file with these columns, and forgotten when it was. */
    importRequest.extend({ name: z.string(), split: splitRequest.optional(), remember: z.boolean().optional() }),
    importProgress,
    importReport,
  ),
  'datasets.pairs': call(versionPage, z.object({ total: z.int(), rows: z.array(storedPair) })),
  /** The rows that match, as one line each for a table; `total` counts all that match. */
  'datasets.pairLines': call(
    versionPage.extend({ query: pairQuery.optional() }),
    z.object({ total: z.int(), rows: z.array(pairLine) }),
  ),
  'datasets.report': call(byId, importReport.nullable()),
  /** Refused with `in_use` while runs that are not over use it, and where finished ones did unless the caller knows. */
  'datasets.remove': call(byId.extend({ evenIfUsed: z.boolean().default(false) }), done),

  'versions.operations': call(nothing, z.array(operationEntry)),
  'versions.derive': stream(deriveRequest, rowProgress, z.array(derivedVersion)),
  /** The versions that hang together with a dataset, parents before children. */
  'versions.lineage': call(z.object({ datasetId: z.string() }), z.array(lineageNode)),
  'versions.diff': stream(
    z.object({ before: z.string(), after: z.string(), limit: z.int().min(0).max(1000).default(200) }),
    rowProgress,
    versionDifference,
  ),
  /** Applies a version's recipe again, writing nothing. */
  'versions.repeat': stream(byVersion, rowProgress, z.object({ contentHash: z.string(), matches: z.boolean() })),
  'versions.uses': call(z.object({ datasetId: z.string() }), z.array(versionUse)),
  'versions.remove': call(byVersion.extend({ evenIfUsed: z.boolean().default(false) }), done),
  /** Formats that can hold a version's rows. */
  'versions.formats': call(byVersion, z.array(exportChoice)),
  /** Into a folder of its own within `folderId` (of `files.pick`), else within the workspace's exports. Closing the stream leaves nothing. */
  'versions.export': stream(
    byVersion.extend({ format: z.string(), folderId: z.string().optional() }),
    rowProgress,
    exportedVersion,
  ),
  'versions.facets': call(byVersion, pairFacets),
  /** Verdicts that wait to become a version. */
  'edits.list': call(byVersion, z.array(pendingEdit)),
  /** null takes it back. Answered when it is on the disk. */
  'edits.set': call(byVersion.extend({ index: z.int().min(0), verdict: relabel.nullable() }), done),
  'edits.discard': call(byVersion, done),
  /** Makes one version of all that wait. */
  'edits.save': stream(byVersion, rowProgress, derivedVersion),
  /** The last report of a version; null when there is none. */
  'quality.report': call(byVersion, qualityReport.nullable()),
  /** How many rows some checks found together. */
  'quality.rowsOf': call(byVersion.extend({ checks: z.array(z.string()).max(50) }), z.object({ rows: z.int() })),
  /** Done in a process of its own, ended when the stream is closed. */
  'quality.measure': stream(byVersion.extend({ settings: qualitySettings }), qualityProgress, qualityReport),

  'models.list': call(nothing, z.array(modelSummary)),
  'models.get': call(byId, modelDetail),
  /** A conversation as the exact tokens the model would be trained on. */
  'models.preview': call(
    byId.extend({ messages: typedConversation, maxLength: z.int().min(1).nullable().default(null) }),
    templatePreview,
  ),
  /** Lint of a dataset version's pairs with the model's tokenizer; events count pairs. */
  'models.lint': stream(
    byId.extend({
      versionId: z.string(),
      maxLength: z.int().min(1).max(1_000_000).nullable(),
      truncation: z.enum(['keep_start', 'keep_end']).default('keep_start'),
    }),
    z.object({ done: z.number(), total: z.number() }),
    lintReport,
  ),
  /** Closing the stream stops it; nothing half-written is left, and what came from the hub is not asked for again. */
  'models.import': stream(
    z.object({ source: modelSource, name: z.string().min(1).max(128).optional(), tokenizerId: z.string().optional() }),
    workProgress,
    modelSummary,
  ),
  /** Into a folder of its own within `folderId` (of `files.pick`), else within the workspace's exports. */
  'models.export': stream(
    byId.extend({
      format: z.string(),
      type: z.enum(['f32', 'f16', 'bf16', 'q8_0']).optional(),
      folderId: z.string().optional(),
    }),
    workProgress,
    exportedModel,
  ),
  /** Whatever names it in the workspace goes on under the new name. Refused with code `in_use` while unfinished runs need it. */
  'models.rename': call(byId.extend({ name: z.string().max(128) }), z.object({ name: z.string() })),
  /** Refused with code `in_use` while adapters or unfinished runs need it. */
  'models.remove': call(byId, done),
  /** Takes a removal back, within ten seconds of it. */
  'models.restore': call(byId, done),

  'settings.get': call(nothing, workspaceSettings),
  'settings.setThreads': call(z.object({ threads: z.int().min(0).max(1024) }), workspaceSettings),
  'settings.putJudge': call(judgeChange, workspaceSettings),
  'settings.removeJudge': call(byId, workspaceSettings),
  'settings.testJudge': call(byId, judgeTest),
  'settings.setHubToken': call(z.object({ token: z.string().min(1).max(1000).nullable() }), workspaceSettings),
  'settings.storage': call(nothing, storageUse),
  'settings.backup': call(nothing, storageUse),
  'settings.openWorkspace': call(nothing, done),
  /** Asks for a folder; the program starts again in it. False when the user thought better of it. */
  'settings.changeWorkspace': call(nothing, z.object({ changed: z.boolean() })),

  'runs.list': call(nothing, z.array(runSummary)),
  'runs.get': call(byId, runDetail),
  /** `config` is validated against the method's schema; an unknown key is an error. */
  'runs.create': call(
    z.object({ config: z.record(z.string(), z.unknown()), name: z.string().optional() }),
    z.object({ id: z.string() }),
  ),
  /** Reads a config as somebody has it: JSON, YAML, a script's DPOConfig(...), flags. `method`: taken where the text names none. */
  'runs.paste': call(z.object({ text: z.string().max(1_000_000), method: z.string().nullable() }), pastedOptions),
  /** What a run of this config will need; `checkpointed` is the same with gradient checkpointing, where the config leaves it off. */
  'runs.plan': call(
    z.object({ config: z.record(z.string(), z.unknown()) }),
    z.object({ plan: runPlan, checkpointed: runPlan.nullable() }),
  ),
  /** Every combination of the values, with every seed, as runs of one group: all of them, or none when one is wrong. */
  'runs.sweep': call(
    z.object({
      config: z.record(z.string(), z.unknown()),
      name: z.string().optional(),
      vary: z.array(z.object({ key: z.string(), values: z.array(z.unknown()).min(1).max(200) })).max(8),
      seeds: z.array(z.int()).min(1).max(50),
    }),
    z.object({ group: z.string(), ids: z.array(z.string()) }),
  ),
  'runs.annotate': call(runAnnotation, done),
  /** Options of all runs, for columns of a table. */
  'runs.options': call(z.object({ keys: z.array(z.string()).max(40) }), runOptions),
  /** The waiting runs in the order in which they are to begin, first first; those that wait and are not named come after. */
  'runs.order': call(z.object({ ids: z.array(z.string()).max(1000) }), done),
  'runs.pause': call(byId, done),
  'runs.resume': call(byId, done),
  'runs.stop': call(byId, done),
  'runs.remove': call(byId, done),
  /** Down-sampled to at most `maxPoints` per metric (min–max buckets). */
  'runs.metrics': call(
    z.object({ id: z.string(), maxPoints: z.int().min(10).max(20_000).default(1000) }),
    z.object({ points: z.array(metricPoint) }),
  ),
  'runs.samples': call(byId, z.array(runSample)),
  'runs.log': call(byId, z.array(logLine)),
  'runs.watch': stream(byId, runEvent, z.undefined()),
  /** One event per change of any run: for lists. */
  'runs.changes': stream(nothing, runSummary, z.undefined()),

  'quickstart.start': call(z.object({ task: z.string().default('helpful') }), z.object({ group: z.string() })),
  'quickstart.resume': call(z.object({ group: z.string() }), done),
  'quickstart.stop': call(z.object({ group: z.string() }), done),
  /** The newest quickstart, now and whenever it moves; null when there is none. */
  'quickstart.watch': stream(nothing, quickstartState.nullable(), z.undefined()),
  /** The report of a finished quickstart: one HTML file that needs nothing else. */
  'quickstart.report': call(z.object({ group: z.string() }), z.object({ name: z.string(), html: z.string() })),
  /** What waits for a person, the run that asked last first. */
  'ratings.queues': call(nothing, z.array(ratingQueue)),
  /** The pairs of a run that come next, in the order in which they are shown. */
  'ratings.waiting': call(
    z.object({ runId: z.string(), limit: z.int().min(1).max(200).default(1) }),
    z.array(ratingItem),
  ),
  /** Answered when the rating is on the disk. */
  'ratings.give': call(rating.extend({ itemId: z.int() }), done),
  /** Puts a pair behind all others that wait. */
  'ratings.skip': call(z.object({ itemId: z.int() }), done),
  /** Takes back this person's last rating, as long as the run has not gone on with it; the pair is then the next one. */
  'ratings.undo': call(z.object({ runId: z.string(), rater: z.string() }), ratingItem),
  /** Queues that were made to be rated, newest first; `rated` is of this rater. */
  'queues.list': call(z.object({ rater }), z.array(queueSummary)),
  'queues.create': call(newQueue, z.object({ id: z.string() })),
  /** What this rater sees next; null when nothing is left. */
  'queues.next': call(z.object({ id: z.string(), rater }), queueItem.nullable()),
  /** Answered when the rating is on the disk, with what the judge said of the pair. */
  'queues.rate': call(queueRating.extend({ itemId: z.int() }), z.object({ judge: judgeVerdict.nullable() })),
  /** The pair comes again at the end. */
  'queues.skip': call(z.object({ itemId: z.int(), rater }), done),
  /** Takes back this rater's last rating; the pair is the next one again. */
  'queues.undo': call(z.object({ id: z.string(), rater }), queueItem),
  'queues.results': call(byId, queueResults),
  /** A next version of the dataset that the pairs are from, as most raters say. */
  'queues.makeVersion': call(
    byId,
    z.object({
      dataset: z.string(),
      version: z.int(),
      versionId: z.string(),
      rows: z.int(),
      rated: z.int(),
      changed: z.int(),
    }),
  ),
  /** What is rated as JSON for LLM Comparator. */
  'queues.export': call(byId, z.object({ name: z.string(), json: z.string() })),
  /** The ratings themselves stay in the workspace. */
  'queues.remove': call(byId, done),
  /** Runs of the exact lab, newest first. */
  'lab.runs': call(nothing, z.array(labRun)),
  /** Trains the methods in a job of its own; stopped and removed as any run. */
  'lab.start': call(labOptions, z.object({ id: z.string() })),
  /** All numbers of one prompt and one of its pairs. Another world than the run's moves π*, J and the gaps; the policies stay as they were trained. */
  'lab.view': call(
    z.object({ id: z.string(), prompt: z.int().min(0), pair: z.int().min(0), world: labWorld.optional() }),
    labView.nullable(),
  ),
  /** Razin's example; null when it was never played. */
  'lab.scale': call(nothing, scaleRun.nullable()),
  'lab.startScale': call(nothing, z.object({ id: z.string() })),
  'results.list': call(nothing, z.array(comparisonRow)),

  /** Everything that can write or judge an answer, the newest first. */
  'generations.models': call(nothing, z.array(modelChoice)),
  'generations.prompts': call(promptSource, pickedPrompts),
  /** The prompt as this model's tokenizer and chat template make it. */
  'generations.prompt': call(z.object({ model: modelRef, prompt: promptInput }), promptReading),
  /** One answer, streamed; closing the stream stops it. */
  'generations.run': stream(generationRequest, generationEvent, generationEnd),
  'generations.read': call(readRequest, tokenReadings),
  'generations.force': call(forceRequest, forcedAnswers),
  'generations.probes': call(probeRequest, probeAnswers),
  'generations.rewards': call(rewardRequest, rewardAnswers),
  'generations.savePair': call(pairToSave, savedPair),
  /** Takes back the version that a pair made, while it is the newest and no run was started since. */
  'generations.undoPair': call(z.object({ versionId: z.string() }), done),

  /** Sorts runs into series and says what they have in common. */
  'compare.open': call(z.object({ runs: runIds }), compareSet),
  /** Curves of several metrics, down-sampled for a chart of that many points. */
  'compare.curves': call(compareCurvesRequest, compareCurves),
  /** Final values with intervals, and differences to the baseline. */
  'compare.table': call(compareTableRequest, compareTable),
  /** Gold reward over the distance from the reference, with fits. */
  'compare.overoptimisation': call(z.object({ runs: runIds }), z.array(overoptimisedSeries)),
  /** What judges said of these series so far, the newest of each pair and judge. */
  'compare.verdicts': call(z.object({ runs: runIds }), z.array(compareVerdict)),
  /** Lets the models answer and a judge say who is better, as a job; its run's id. */
  'compare.judge': call(compareJudgeRequest, z.object({ id: z.string() })),
  /** The last comparison by a judge: where it stands; null when there is none. */
  'compare.judging': call(nothing, runSummary.nullable()),
  'compare.saved': call(nothing, z.array(savedComparison)),
  /** Saves under a name; one that is taken is replaced when `id` says so, else refused. */
  'compare.save': call(z.object({ id: z.string().optional(), name: z.string(), view: compareView }), savedComparison),
  'compare.forget': call(byId, done),
  /** One HTML file that needs nothing else. */
  'compare.report': call(
    z.object({ name: z.string().max(200), view: compareView }),
    z.object({ name: z.string(), html: z.string() }),
  ),
} as const;

export type Contract = typeof contract;
export type Name = keyof Contract;
export type CallName = { [N in Name]: Contract[N]['kind'] extends 'call' ? N : never }[Name];
export type StreamName = { [N in Name]: Contract[N]['kind'] extends 'stream' ? N : never }[Name];
export type Input<N extends Name> = z.input<Contract[N]['input']>;
export type Output<N extends Name> = z.output<Contract[N]['output']>;
export type Event<N extends StreamName> = Contract[N] extends { event: infer E extends z.ZodType }
  ? z.output<E>
  : never;

export * from './compare.ts';
export * from './dataset-quality.ts';
export * from './dataset-versions.ts';
export * from './datasets.ts';
export * from './generations.ts';
export * from './lab.ts';
export * from './models.ts';
export * from './queues.ts';
export * from './quickstart.ts';
export * from './ratings.ts';
export * from './rpc.ts';
export * from './runs.ts';
export * from './search-words.ts';
export * from './settings.ts';
export * from './system.ts';
