/** The links of a warning that do something about it. */
import { useLocation } from 'wouter';
import { shown, whole } from '../../../charts/numbers.ts';
import type { RunDetail } from '../../../preload/contract/index.ts';
import { call } from '../../host.ts';
import { canBeCompared } from '../compare/add-runs.tsx';
import { comparePath } from '../compare/view.ts';
import { continuedDraft, draftFromRun, useDraft } from '../experiments/draft.ts';
import type { Remedy, Values } from './rules/remedy.ts';

/** Places of the run's own page. */
export interface ShowOnPage {
  /** The charts whose names hold this text. */
  readonly curve: (name: string) => void;
  readonly samples: () => void;
  /** Whether the run has such a curve. */
  readonly hasCurve: (name: string) => boolean;
}

export interface Action {
  readonly label: string;
  readonly to: Remedy['to'];
  readonly act: (go: (path: string) => void) => void | Promise<void>;
}

const newest = (run: RunDetail): number | null =>
  run.checkpoints.reduce<number | null>((last, { step }) => Math.max(last ?? 0, step), null);

/** What can answer for the run: its model, else its newest checkpoint; null while there is neither. */
function answering(run: RunDetail): string | null {
  if (run.status === 'finished') return run.name;
  const step = newest(run);
  return step === null ? null : `${run.name}@${step}`;
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

const inspectPath = (query: Readonly<Record<string, string>>): string => `/inspect?${new URLSearchParams(query)}`;

const referenceOf = ({ referenceModel }: RunDetail): Record<string, string> =>
  referenceModel === null ? {} : { ref: referenceModel };

function forced(run: RunDetail, label: string): Action | null {
  const model = answering(run);
  if (model === null) return null;
  return {
    label,
    to: 'force',
    async act(go) {
      // where the data is gone there is nothing to begin with, and Inspect says so
      const pair = await pairOf(run).catch(() => ({}));
      go(inspectPath({ a: model, ...referenceOf(run), ...pair, tab: 'force' }));
    },
  };
}

const valueWords = (values: Values): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${typeof value === 'number' ? shown(value) : String(value)}`)
    .join(', ');

function cloned(run: RunDetail, values: Values | null): Action | null {
  if (values === null) return null;
  return {
    label: `Clone with ${valueWords(values)}`,
    to: 'clone',
    act(go) {
      const draft = draftFromRun(run);
      useDraft.setState({ ...draft, values: { ...draft.values, ...values } });
      go('/experiments/new');
    },
  };
}

/** The checkpoint nearest to a step; a run without any has none to look at. */
function checkpoint(run: RunDetail, at: number | undefined): Action | null {
  if (at === undefined || run.checkpoints.length === 0) return null;
  const far = (step: number) => Math.abs(step - at);
  const step = run.checkpoints.reduce(
    (best, each) => (far(each.step) < far(best) ? each.step : best),
    run.checkpoints[0].step,
  );
  return {
    label: `Inspect the checkpoint of step ${whole(step)}`,
    to: 'checkpoint',
    act: (go) => go(inspectPath({ a: `${run.name}@${step}`, ...referenceOf(run) })),
  };
}

function actionOf(remedy: Remedy, run: RunDetail, step: number | undefined, show: ShowOnPage): Action | null {
  switch (remedy.to) {
    case 'force':
      return remedy.methods.includes(run.method) ? forced(run, remedy.label) : null;
    case 'clone':
      return cloned(run, remedy.values({ ...run.config, method: run.method }));
    case 'continue':
      if (!remedy.methods.includes(run.method) || run.status !== 'finished') return null;
      return {
        label: remedy.label,
        to: 'continue',
        act(go) {
          useDraft.setState(continuedDraft(run, remedy.method));
          go('/experiments/new');
        },
      };
    case 'checkpoint':
      return checkpoint(run, step);
    case 'curve': {
      const name = remedy.metrics.find(show.hasCurve);
      return name === undefined ? null : { label: `Show ${name}`, to: 'curve', act: () => show.curve(name) };
    }
    case 'samples':
      return { label: 'Show samples', to: 'samples', act: () => show.samples() };
    case 'compare':
      return canBeCompared(run) ? { label: remedy.label, to: 'compare', act: (go) => go(comparePath([run.id])) } : null;
  }
}

/** The remedies that fit the run, in their order. */
export const actionsOf = (
  { remedies, step }: { readonly remedies: readonly Remedy[]; readonly step?: number },
  run: RunDetail,
  show: ShowOnPage,
): readonly Action[] =>
  remedies.map((remedy) => actionOf(remedy, run, step, show)).filter((action): action is Action => action !== null);

export function Remedies({ actions }: { actions: readonly Action[] }) {
  const [, navigate] = useLocation();
  return actions.map((action) => (
    <button key={action.label} type="button" className="pl-link" onClick={() => void action.act(navigate)}>
      {action.label}
    </button>
  ));
}
