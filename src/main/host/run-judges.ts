/** Judges by name: what a run's `judge_endpoint` stands for, and the key that goes to its process. */
import { RpcError } from '../../preload/contract/rpc.ts';
import { meant } from '../base/registry.ts';
import type { Secrets } from './secrets.ts';
import { type JudgeEntry, judgeKeyName, readSettings } from './settings-file.ts';
import type { Workspace } from './workspace.ts';

const KEY = 'judge_endpoint';

/** The config with the judge's address and model written in, so that the run's record says who judged. Throws `not_found`. */
export function withJudge(
  config: Readonly<Record<string, unknown>>,
  workspace: Pick<Workspace, 'home'>,
): Readonly<Record<string, unknown>> {
  const name = config[KEY];
  if (typeof name !== 'string') return config;
  const { url, model } = requireJudge(workspace, name);
  return { ...config, judge_url: url, judge_model: model };
}

/** Throws `not_found` that names one like it. */
export function requireJudge(workspace: Pick<Workspace, 'home'>, name: string): JudgeEntry {
  const { judges } = readSettings(workspace);
  const found = judges.find((judge) => judge.name === name);
  if (found) return found;
  const names = judges.map((judge) => judge.name);
  const hint = names.length === 0 ? '; Settings has none yet' : meant(name, names);
  throw new RpcError('not_found', `${KEY}: there is no judge named "${name}"${hint}`, { key: KEY });
}

/** The key goes to the address it was entered for, and nowhere else. */
export function judgeKeyOf(
  { config }: { readonly config: Readonly<Record<string, unknown>> },
  workspace: Pick<Workspace, 'home'>,
  secrets: Secrets,
): string | null {
  const { [KEY]: name, judge_url: url } = config;
  const judge = readSettings(workspace).judges.find((each) => each.name === name && each.url === url);
  return judge ? secrets.get(judgeKeyName(judge.id)) : null;
}
