/** The commands of `plumb`: one file each, one line here. */
import { registry } from '../base/registry.ts';
import { bench } from './bench.ts';
import type { CommandDefinition, CommandGroup } from './command.ts';
import { compare } from './compare.ts';
import { datasets } from './datasets/index.ts';
import { doctor } from './doctor.ts';
import { exportCommand } from './export.ts';
import { generate } from './generate.ts';
import { handoff } from './handoff.ts';
import { importCommand } from './import.ts';
import { lab } from './lab.ts';
import { lint } from './lint.ts';
import { logits } from './logits.ts';
import { logprobs } from './logprobs.ts';
import { models } from './models/index.ts';
import { quickstart } from './quickstart.ts';
import { replay } from './replay.ts';
import { reproduce } from './reproduce.ts';
import { rewards } from './rewards.ts';
import { runs } from './runs/index.ts';
import { serve } from './serve.ts';
import { tokenize } from './tokenize.ts';
import { train } from './train.ts';

export const commands = registry<CommandDefinition | CommandGroup>('command', [
  tokenize,
  lint,
  logits,
  logprobs,
  rewards,
  generate,
  train,
  runs,
  replay,
  handoff,
  importCommand,
  exportCommand,
  datasets,
  models,
  compare,
  lab,
  quickstart,
  reproduce,
  serve,
  doctor,
  bench,
]);
