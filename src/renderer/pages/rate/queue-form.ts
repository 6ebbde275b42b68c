/** What a new queue is to be, as it stands in the form; what is missing, and what the host is then asked for. */
import type { JudgeEndpoint, NewQueue, QueueJudge } from '../../../preload/contract/index.ts';

export type JudgeKind = QueueJudge['kind'] | 'none';

export interface Form {
  readonly name: string;
  readonly kind: 'models' | 'dataset';
  readonly models: readonly string[];
  /** "task:helpful" or "dataset:pairs". */
  readonly prompts: string;
  readonly dataset: string;
  readonly count: number;
  readonly temperature: number;
  readonly judge: JudgeKind;
  readonly rewardModel: string;
  /** Name of a judge of Settings; "": the address and model below. */
  readonly endpoint: string;
  readonly url: string;
  readonly judgeModel: string;
  readonly rule: 'average' | 'disagreement';
}

export const START: Form = {
  name: '',
  kind: 'models',
  models: [],
  prompts: '',
  dataset: '',
  count: 50,
  temperature: 0.7,
  judge: 'none',
  rewardModel: '',
  endpoint: '',
  url: '',
  judgeModel: '',
  rule: 'average',
};

export const JUDGES: readonly { value: JudgeKind; label: string }[] = [
  { value: 'none', label: 'Nobody' },
  { value: 'gold', label: 'Gold reward of the built-in task' },
  { value: 'reward-model', label: 'A reward model' },
  { value: 'llm', label: 'A language model behind an endpoint, asked in both orders' },
  { value: 'length', label: 'Longer answer, as a yardstick' },
];

/** What is missing, as a sentence; null when the queue can be made. */
export function problemOf(form: Form): string | null {
  if (form.name.trim() === '') return 'A queue needs a name. Enter one.';
  if (form.kind === 'models' && form.models.length < 2) return 'Choose two models or more.';
  if (form.kind === 'models' && form.prompts === '') return 'Choose the prompts.';
  if (form.kind === 'dataset' && form.dataset === '') return 'Choose the dataset.';
  if (form.judge === 'reward-model' && form.rewardModel === '') return 'Choose the reward model that judges.';
  if (form.judge === 'llm' && form.endpoint === '' && (form.url.trim() === '' || form.judgeModel.trim() === ''))
    return 'The judge needs an address and the name of its model.';
  return null;
}

/** A form that was asked for with `?name=…&models=a,b`, as Compare does. */
export function startFrom(search: string): Form {
  const asked = new URLSearchParams(search);
  const models = (asked.get('models') ?? '').split(',').filter(Boolean);
  return { ...START, name: asked.get('name') ?? '', models };
}

function judgeOf(
  { judge, rewardModel, endpoint, url, judgeModel, rule }: Form,
  judges: readonly JudgeEndpoint[],
): QueueJudge | null {
  if (judge === 'none') return null;
  if (judge === 'reward-model') return { kind: judge, model: rewardModel };
  if (judge !== 'llm') return { kind: judge };
  const known = judges.find(({ name }) => name === endpoint);
  return known
    ? { kind: judge, url: known.url, model: known.model, rule, endpoint }
    : { kind: judge, url: url.trim(), model: judgeModel.trim(), rule };
}

export function queueOf(form: Form, judges: readonly JudgeEndpoint[]): NewQueue {
  const [kind, name] = [
    form.prompts.slice(0, form.prompts.indexOf(':')),
    form.prompts.slice(form.prompts.indexOf(':') + 1),
  ];
  return {
    name: form.name.trim(),
    count: form.count,
    judge: judgeOf(form, judges),
    source:
      form.kind === 'dataset'
        ? { kind: 'dataset', dataset: form.dataset }
        : {
            kind: 'models',
            models: [...form.models],
            prompts: kind === 'task' ? { task: name } : { dataset: name },
            temperature: form.temperature,
          },
  };
}
