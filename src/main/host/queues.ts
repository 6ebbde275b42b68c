/** Contract namespace `queues`: pairs that people rate, one at a time and blind; what they and a judge say; new versions and exports of it. */
import type { QueueSummary } from '../../preload/contract/queues.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { overlapOf } from '../base/deal-out.ts';
import { requireVersion } from '../data/datasets/find.ts';
import { type Rerating, rerateVersion } from '../data/datasets/rerate.ts';
import { countByRater, listQueueRatings, ratingsByItem } from '../data/store/queue-ratings.ts';
import {
  countItems,
  countItemsFor,
  countJudged,
  listQueueItems,
  listQueues,
  type QueueRecord,
  removeQueue,
} from '../data/store/queues.ts';
import { getRunSummary } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import { majorityOf, queueResults } from '../evaluate/queue-results.ts';
import { nextFor, queueItemOf, queueOf, rateItem, skipFor, takeIn, undoFor } from '../jobs/queue-desk.ts';
import { comparatorJson } from '../jobs/queue-export.ts';
import { createQueue } from './new-queue.ts';
import type { Handlers, HostServices } from './services.ts';

const done = { ok: true } as const;
const ACTIVE = ['queued', 'running', 'paused'];

function summaryOf(store: Store, queue: QueueRecord, rater: string): QueueSummary {
  const { id, name, kind, models, dataset, judge, runId, dealing, createdAt } = queue;
  const run = runId === null ? undefined : getRunSummary(store, runId);
  const items = countItems(store, id);
  const raters = countByRater(store, id);
  const active = run !== undefined && ACTIVE.includes(run.status);
  const ended = run ? (run.error ?? `its job was ${run.status} before the answers were there`) : 'its job was removed';
  return {
    id,
    name,
    kind,
    status: items > 0 ? 'ready' : active ? 'answering' : 'failed',
    // answers without a judge are a queue as well: what happened to the judge is said all the same
    error: items === 0 && !active ? ended : (run?.error ?? null),
    runId,
    step: run?.step ?? 0,
    maxSteps: run?.maxSteps ?? 0,
    items,
    rated: raters.find((each) => each.name === rater)?.ratings ?? 0,
    mine: countItemsFor(store, id, rater),
    dealtTo: [...dealing.raters],
    ratersEach: dealing.ratersEach,
    overlap: overlapOf(items, dealing),
    raters,
    models: [...models],
    dataset,
    judge,
    judged: countJudged(store, id),
    createdAt,
  };
}

/** By row of the version: what most people say of it. */
function reratings(store: Store, queue: QueueRecord): Map<number, Rerating> {
  const ratings = ratingsByItem(listQueueRatings(store, queue.id));
  return new Map(
    listQueueItems(store, queue.id).flatMap(({ id, sourceRow }) => {
      const given = ratings.get(id);
      if (!given || sourceRow === null) return [];
      const raters = given.map(({ rater }) => rater);
      const verdicts = given.map((rating) => majorityOf([rating]));
      return [[sourceRow, { verdict: majorityOf(given), raters, verdicts }] as const];
    }),
  );
}

export const queuesHandlers = (services: HostServices): Handlers<'queues'> => {
  const { store, runner } = services;
  /** With what its job has left by now. */
  const current = (id: string): QueueRecord => {
    const queue = queueOf(store, id);
    takeIn(store, queue);
    return queue;
  };
  return {
    'queues.list': ({ rater }) =>
      listQueues(store).map((queue) => {
        takeIn(store, queue);
        return summaryOf(store, queue, rater);
      }),
    'queues.create': (wanted) => ({ id: createQueue(services, wanted) }),
    'queues.next': ({ id, rater }) => nextFor(store, current(id).id, rater),
    'queues.rate'({ itemId, ...rating }) {
      current(queueItemOf(store, itemId).queueId);
      return { judge: rateItem(store, itemId, rating) };
    },
    'queues.skip'({ itemId, rater }) {
      skipFor(store, itemId, rater);
      return done;
    },
    'queues.undo': ({ id, rater }) => undoFor(store, queueOf(store, id).id, rater),
    'queues.results'({ id }) {
      const { judge } = current(id);
      return queueResults(listQueueItems(store, id), listQueueRatings(store, id), judge);
    },
    'queues.makeVersion'({ id }) {
      const queue = current(id);
      if (queue.kind !== 'dataset' || queue.versionId === null)
        throw new RpcError('invalid_input', 'only a queue of a dataset’s pairs makes a version of it');
      return rerateVersion(store, requireVersion(store, queue.versionId), queue.name, reratings(store, queue));
    },
    'queues.export'({ id }) {
      const queue = current(id);
      const ratings = listQueueRatings(store, id);
      if (ratings.length === 0) throw new RpcError('invalid_input', `no pair of "${queue.name}" is rated yet`);
      return { name: `${queue.name}.json`, json: comparatorJson(queue, listQueueItems(store, id), ratings) };
    },
    'queues.remove'({ id }) {
      const { runId } = queueOf(store, id);
      const run = runId === null ? undefined : getRunSummary(store, runId);
      if (run && ACTIVE.includes(run.status))
        throw new RpcError('wrong_state', `${run.name} is ${run.status}: stop it before its queue is removed`);
      removeQueue(store, id);
      if (run) runner.remove(run.id);
      return done;
    },
  };
};
