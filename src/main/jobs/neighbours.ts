/** Other programs on this workspace: what they ask of our runs, what happens to theirs, and what dead ones left. */
import { addRunRequest, type RunAction, takeRunRequests } from '../data/store/run-requests.ts';
import { listUnfinishedRuns, type RunRecord } from '../data/store/runs.ts';
import type { WritableStore } from '../data/store/store.ts';
import { createForeignRuns } from './foreign-runs.ts';
import { ownerLives } from './ownership.ts';
import { endPatch, orphaned } from './run-end.ts';
import type { RunNews } from './run-news.ts';
import { RunStateError, reconcileCheckpoints, recordOf, rewindToCheckpoint, UNFINISHED } from './run-record.ts';

export interface NeighbourOptions {
  readonly store: WritableStore;
  readonly news: RunNews;
  /** Runs of this program, those that wait included. */
  ours(): readonly string[];
  /** Does what another program asks. */
  act(id: string, action: RunAction): void;
  /** Takes a waiting run over, `resume`: from its newest checkpoint; absent where only the program's own runs are minded. */
  readonly adopt?: (run: RunRecord, resume: boolean) => void;
}

export interface Neighbours {
  look(): void;
  /** Leaves a wish for the program that has the run; false when that is this one, or nobody. */
  asksOwner(id: string, action: RunAction): boolean;
}

export function createNeighbours({ store, news, ours, act, adopt }: NeighbourOptions): Neighbours {
  const foreign = createForeignRuns(store);
  const isOurs = (id: string) => ours().includes(id);
  /** A wish that the run's state no longer allows is dropped: whoever asked sees that state. */
  const obey = (id: string, action: RunAction) => {
    try {
      act(id, action);
    } catch (error) {
      if (!(error instanceof RunStateError)) throw error;
    }
  };
  /** Its program is no more: a begun run has failed, one that waited may wait here. */
  const leftBehind = (run: RunRecord) => {
    reconcileCheckpoints(store, run.id, run.outputDir);
    if (run.status !== 'queued') {
      const outcome = orphaned(store, run);
      news.log(run.id, outcome.error.message);
      news.change(run.id, endPatch(outcome));
    }
    // one whose pairs were rated, and which waited for its cores, had begun
    else adopt?.(run, rewindToCheckpoint(store, run.id) > 0);
  };
  return {
    look() {
      const mine = ours();
      if (mine.length > 0) for (const { runId, action } of takeRunRequests(store, mine)) obey(runId, action);
      for (const { id, status } of listUnfinishedRuns(store)) {
        if (isOurs(id) || (status === 'queued' && !adopt)) continue;
        const run = recordOf(store, id);
        if (!ownerLives(run)) leftBehind(run);
      }
      for (const [id, events] of foreign.news(isOurs)) news.tell(id, events);
    },
    asksOwner(id, action) {
      const run = recordOf(store, id);
      if (isOurs(id) || !UNFINISHED.includes(run.status) || !ownerLives(run)) return false;
      addRunRequest(store, id, action);
      return true;
    },
  };
}
