/** The job process: does one job in a process of its own, so that a training step never blocks the window or the database. */
import { speakOfSchemas } from './base/schema-words.ts';
import { hostChannel } from './jobs/channels.ts';
import { jobKinds } from './jobs/kinds/index.ts';
import { train } from './jobs/kinds/train.ts';
import { leaveSession } from './jobs/own-session.ts';
import { runJobProcess } from './jobs/worker-frame.ts';

leaveSession();
speakOfSchemas();
// a run of a training method is a job of the kind "train"
runJobProcess(jobKinds, hostChannel(), train);
