/** Models in words: their kind, their mark, and who their reference is. */
import { methodLook } from '../../../charts/method-looks.ts';
import { MISSING, parameters } from '../../../charts/numbers.ts';
import type { ModelDetail, ModelKind, ModelSummary } from '../../../preload/contract/index.ts';

export const KINDS: readonly { readonly value: ModelKind | 'all'; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'base', label: 'Base' },
  { value: 'sft', label: 'SFT' },
  { value: 'policy', label: 'Policies' },
  { value: 'reward', label: 'Reward' },
];

/** "Base", "LoRA r 16", "Reward model", "SFT", "Full". */
export function kindOf({ kind, adapter }: ModelSummary): string {
  const lora = adapter && `LoRA r ${adapter.rank}`;
  if (kind === 'reward') return lora ? `Reward, ${lora}` : 'Reward model';
  if (lora) return lora;
  return { base: 'Base', sft: 'SFT', policy: 'Full' }[kind];
}

/** Which mark it takes: its run's method, else what it is. */
export const markOf = ({ kind, method }: ModelSummary): string =>
  kind === 'base' ? 'ref' : (method ?? (kind === 'reward' ? 'reward' : 'ref'));

/** An adapter adds to its base. */
export const parametersOf = (model: ModelSummary): string =>
  model.adapter ? `+${parameters(model.adapter.parameters)}` : parameters(model.parameters);

/** What a model is to the one that is looked at. */
export function relationOf(model: ModelSummary | null, looked: string): string {
  if (!model) return 'not here';
  if (model.name === looked) return 'this';
  if (model.kind === 'base') return 'base';
  return model.method ? methodLook(model.method).title : kindOf(model);
}

/** Methods that hold the model against a reference. */
const WITH_REFERENCE = ['dpo', 'online_dpo', 'ppo', 'rloo', 'kto'];

/** Who is the reference of a trained model, as lead and the rest; null for models that no run made. */
export function referenceOf({ run, model }: ModelDetail): { readonly lead: string; readonly rest: string } | null {
  if (!run) return null;
  const data = run.dataset ? ` on ${run.dataset}` : '';
  if (!WITH_REFERENCE.includes(run.method)) return { lead: '', rest: `Trained${data} by ${run.name}.` };
  const start = model.parent ?? 'the model as it started';
  const lead = run.reference ?? (model.adapter ? `${start} with the adapter off` : start);
  const ranked = run.rewardModel ?? (run.annotator && `the annotator ${run.annotator}`);
  return { lead, rest: `${ranked ? `Answers were ranked by ${ranked}` : 'Trained'}${data}.` };
}

/** "built-in", "from the hub: owner/name", "imported", "made by RUN". */
export function originOf({ origin, parent, runId }: ModelSummary): string {
  if (runId !== null) return `made by ${origin}`;
  if (origin === 'built-in') return 'comes with the program';
  return parent?.includes('/') ? `from the hub: ${parent}` : origin || MISSING;
}
