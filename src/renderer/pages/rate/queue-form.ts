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
  /** Names with commas between; "": whoever comes. */
  readonly raters: string;
  /** "everybody", "one", or several: `ratersEach` of them. */
  readonly who: 'everybody' | 'several' | 'one';
  readonly ratersEach: number;
  /** Percent of the pairs that are rated by more than one. */
  readonly overlap: number;
}

/** A part of the form. */
export interface PartProps {
  readonly form: Form;
  readonly onForm: (change: Partial<Form>) => void;
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
  raters: '',
  who: 'everybody',
  ratersEach: 2,
  overlap: 100,
};

/** The names, each once. */
export const namesIn = (line: string): string[] => [
  ...new Set(
    line
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  ),
];

const overlapCount = ({ count, overlap }: Pick<Form, 'count' | 'overlap'>): number =>
  Math.min(count, Math.max(1, Math.round((overlap / 100) * count)));

/** Who rates what, in a sentence under the settings. */
export function dealingWords(form: Form): string {
  const names = namesIn(form.raters);
  if (form.who === 'one') return 'Each pair is rated once: nothing can be said of agreement between people.';
  const many =
    form.who === 'several' ? String(form.ratersEach) : names.length > 0 ? `all ${names.length}` : 'all raters';
  const shared = overlapCount(form);
  const part =
    shared >= form.count
      ? 'Each pair is'
      : `About ${shared} of ${form.count} ${form.kind === 'models' ? 'prompts' : 'pairs'} are`;
  const rest = shared >= form.count ? '' : ' The others are rated once.';
  return `${part} rated by ${many}; κ and α rest on them.${rest}`;
}

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
  const names = namesIn(form.raters);
  if (names.length > 0 && form.who === 'several' && form.ratersEach > names.length)
    return `${form.ratersEach} people are to rate each pair, and ${names.length === 1 ? 'one is' : `${names.length} are`} named. Name more, or ask fewer.`;
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
    raters: namesIn(form.raters),
    ratersEach: form.who === 'several' ? form.ratersEach : null,
    overlapShare: form.who === 'one' ? 0 : form.overlap / 100,
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
