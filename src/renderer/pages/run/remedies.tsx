/** The links of a warning that do something about it. */
import { useLocation } from 'wouter';
import type { RunDetail } from '../../../preload/contract/index.ts';
import { call } from '../../host.ts';
import { continuedDraft, draftFromRun, useDraft } from '../experiments/draft.ts';
import type { Remedy, Rule } from './rules/rule.ts';

/** What can answer for the run: its model, else its newest checkpoint; null while there is neither. */
function answering(run: RunDetail): string | null {
  if (run.status === 'finished') return run.name;
  const newest = run.checkpoints.reduce<number | null>((last, { step }) => Math.max(last ?? 0, step), null);
  return newest === null ? null : `${run.name}@${newest}`;
}

/** A pair of the run's data, so that there is something to force; none where it holds conversations. */
async function pairOf({ data }: RunDetail): Promise<Record<string, string>> {
  const [pinned] = data;
  if (!pinned) return {};
  const { rows } = await call('datasets.pairs', { versionId: pinned.versionId, offset: 0, limit: 1 });
  const { prompt, chosen, rejected } = rows[0] ?? {};
  const texts = { prompt, chosen, rejected };
  return Object.fromEntries(
    Object.entries(texts).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])),
  );
}

export function Remedies({ run, remedies }: { run: RunDetail; remedies: Rule['remedies'] }) {
  const [, navigate] = useLocation();
  if (!remedies?.methods.includes(run.method)) return null;
  const model = answering(run);
  const open = async (remedy: Remedy): Promise<void> => {
    if (remedy.to === 'force') {
      // where the data is gone there is nothing to begin with, and Inspect says so
      const pair = await pairOf(run).catch(() => ({}));
      const reference: Record<string, string> = run.referenceModel === null ? {} : { ref: run.referenceModel };
      const query = new URLSearchParams({ a: model ?? '', ...reference, ...pair, tab: 'force' });
      navigate(`/inspect?${query.toString()}`);
      return;
    }
    const draft = draftFromRun(run);
    useDraft.setState(
      remedy.to === 'clone'
        ? { ...draft, values: { ...draft.values, ...remedy.values } }
        : continuedDraft(run, remedy.method),
    );
    navigate('/experiments/new');
  };
  return remedies.links
    .filter(({ to }) => to === 'clone' || model !== null)
    .filter(({ to }) => to !== 'continue' || run.status === 'finished')
    .map((remedy) => (
      <button key={remedy.label} type="button" className="pl-link" onClick={() => void open(remedy)}>
        {remedy.label}
      </button>
    ));
}
