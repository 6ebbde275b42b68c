/** Contract: the machine, the workspace, what is running, and files handed over by the user. */
import { z } from 'zod';

export const systemInfo = z.object({
  version: z.string(),
  host: z.enum(['desktop', 'browser', 'cli']),
  platform: z.string(),
  cpu: z.string(),
  threads: z.int(),
  memoryBytes: z.number(),
  nodeVersion: z.string(),
  electronVersion: z.string().nullable(),
  onnxruntimeVersion: z.string(),
  /** Name of the workspace folder, never its path. */
  workspace: z.string(),
  capabilities: z.object({
    /** `files.pick` opens a native dialog; otherwise the page uploads to POST /upload. */
    nativeDialogs: z.boolean(),
    /** `files.show` and `settings.openWorkspace` open a window of the system. */
    showsFolders: z.boolean(),
  }),
});
export type SystemInfo = z.infer<typeof systemInfo>;

/** Sent at most once a second on `system.status`, and at once when a run starts or ends. */
export const systemStatus = z.object({
  memoryUsedBytes: z.number(),
  running: z
    .object({
      runId: z.string(),
      name: z.string(),
      step: z.int(),
      maxSteps: z.int(),
      secondsLeft: z.number().nullable(),
      status: z.string(),
    })
    .nullable(),
  /** Runs that go on beside `running`. */
  beside: z.int(),
  queued: z.int(),
});
export type SystemStatus = z.infer<typeof systemStatus>;

/** A page to go to, or something of the frame to open. */
export const command = z.union([z.object({ path: z.string() }), z.object({ open: z.enum(['palette', 'shortcuts']) })]);
export type Command = z.infer<typeof command>;

/** An opaque handle on a file the user picked or uploaded; paths never reach the page. */
export const fileHandle = z.object({ fileId: z.string(), name: z.string(), bytes: z.number() });
export type FileHandle = z.infer<typeof fileHandle>;

/** A number that may have diverged: `null` stands for a non-finite value. */
export const maybeNumber = z.number().nullable();
