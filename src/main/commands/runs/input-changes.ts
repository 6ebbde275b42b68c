/** Models and files that are no longer what a run read. */
import type { RunRecord } from '../../data/store/runs.ts';
import type { Store } from '../../data/store/store.ts';
import { changedInputs } from '../../jobs/run-inputs.ts';
import { placeNow } from '../../jobs/workspace-paths.ts';
import type { CommandContext } from '../command.ts';

export const inputChanges = (store: Store, run: RunRecord, { workspace }: CommandContext): string[] =>
  changedInputs(run.config, run.outputDir, (name) => placeNow(store, run, workspace, name));
