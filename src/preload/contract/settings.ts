/** Contract: what the user chose for the workspace. Keys go in and never come out. */
import { z } from 'zod';

export const judgeName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'letters, digits, ".", "_" and "-", at most 64, are a name');

/** Where a key is: entered here, in the environment of the program, sealed in the workspace by a keychain that does not open it here, or nowhere. */
const keyPlace = z.enum(['entered', 'environment', 'sealed', 'none']);

export const judgeEndpoint = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  model: z.string(),
  key: keyPlace,
});
export type JudgeEndpoint = z.infer<typeof judgeEndpoint>;

export const workspaceSettings = z.object({
  /** Of training and generation together; 0 = all. */
  threads: z.int(),
  cores: z.int(),
  /** To be read; "~" is the user's own folder. */
  folder: z.string(),
  /** Why the workspace cannot be changed here; null when it can. */
  folderFixed: z.string().nullable(),
  /** keychain: keys outlive the program. session: they are kept in memory alone. */
  keysKept: z.enum(['keychain', 'session']),
  judges: z.array(judgeEndpoint),
  /** Token of the Hugging Face hub. */
  hubToken: keyPlace,
});
export type WorkspaceSettings = z.infer<typeof workspaceSettings>;

/** A new one without `id`. `key` absent leaves the key as it is, null forgets it. */
export const judgeChange = z.object({
  id: z.string().optional(),
  name: judgeName,
  url: z.string().min(1).max(2000),
  model: z.string().min(1).max(300),
  key: z.string().min(1).max(4000).nullable().optional(),
});

export const judgeTest = z.object({ works: z.boolean(), seconds: z.number(), message: z.string() });
export type JudgeTest = z.infer<typeof judgeTest>;

export const storageUse = z.object({
  parts: z.array(z.object({ what: z.string(), bytes: z.number() })),
  freeBytes: z.number(),
  /** The newest backup of the database. */
  backup: z.object({ at: z.string(), bytes: z.number() }).nullable(),
});
export type StorageUse = z.infer<typeof storageUse>;
