/** What can be done about a warning: options changed in a clone of the run, another method, or a place to look at. */

type Config = Readonly<Record<string, unknown>>;
export type Values = Readonly<Record<string, unknown>>;

export type Remedy =
  /** Inspect, with a pair of the data forced onto this run's model and its reference. */
  | { readonly to: 'force'; readonly label: string; readonly methods: readonly string[] }
  /** The wizard with this run's config and these options changed; null where they would change nothing or mean nothing. */
  | { readonly to: 'clone'; readonly values: (config: Config) => Values | null }
  /** The wizard for another method, from where this run ended. */
  | { readonly to: 'continue'; readonly label: string; readonly methods: readonly string[]; readonly method: string }
  /** Inspect, with the checkpoint nearest to the step that the warning names. */
  | { readonly to: 'checkpoint' }
  /** The curve that the warning was read from; of several names the one that the run has. */
  | { readonly to: 'curve'; readonly metrics: readonly string[] }
  /** The answers over time. */
  | { readonly to: 'samples' }
  /** Compare, with this run. */
  | { readonly to: 'compare'; readonly label: string };

export interface Paper {
  readonly title: string;
  readonly url: string;
}

export const arxiv = (title: string, id: string): Paper => ({ title, url: `https://arxiv.org/abs/${id}` });

const numberIn = (config: Config, key: string): number | null => {
  const value = config[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
};

/** Tokens of an answer where nothing is said, as in TRL. */
const TRL_RESPONSE = 53;

/** Two digits: 3e-6 / 3 is 1e-6. */
const rounded = (value: number): number => Number(value.toPrecision(2));

const scaled =
  (key: string, factor: number) =>
  (config: Config): Values | null => {
    const now = numberIn(config, key);
    return now === null || now === 0 ? null : { [key]: rounded(now * factor) };
  };

export const lowerRate: Remedy = { to: 'clone', values: scaled('learning_rate', 1 / 3) };

/** PPO and RLOO have a KL coefficient, the other methods β. */
export const holdCloser: Remedy = {
  to: 'clone',
  values: (config) =>
    'kl_coef' in config ? (scaled('kl_coef', 2)(config) ?? { kl_coef: 0.05 }) : scaled('beta', 2)(config),
};

export const addChosenLoss: Remedy = {
  to: 'clone',
  values: ({ method, rpo_alpha: alpha }) =>
    method === 'dpo' && (alpha === undefined || alpha === null || alpha === 0) ? { rpo_alpha: 1 } : null,
};

/** Samples vary more, up to the model's own distribution. */
export const sampleWider: Remedy = {
  to: 'clone',
  values: (config) => ((numberIn(config, 'temperature') ?? 1) < 1 ? { temperature: 1 } : null),
};

export const penaliseTornAnswers: Remedy = {
  to: 'clone',
  values: (config) => {
    if (!('temperature' in config)) return null; // nothing is sampled
    const now = numberIn(config, 'missing_eos_penalty') ?? 0;
    return { missing_eos_penalty: now > 0 ? rounded(2 * now) : 1 };
  },
};

/** Twice as long; tasks know how long their answers are. */
export const allowLonger: Remedy = {
  to: 'clone',
  values: (config) => {
    if (!('temperature' in config) || typeof config.task === 'string') return scaled('response_length', 2)(config);
    return { response_length: 2 * (numberIn(config, 'response_length') ?? TRL_RESPONSE) };
  },
};

/** A KL that steers its own coefficient, where the method has one. */
export const steerKl: Remedy = {
  to: 'clone',
  values: ({ adap_kl_ctrl: adaptive }) => (adaptive === false ? { adap_kl_ctrl: true } : null),
};

/** Log-ratios by the token, so that no answer wins by its length. */
export const normaliseLength: Remedy = {
  to: 'clone',
  values: ({ loss_type: loss, reference_free: free, f_divergence_type: divergence }) =>
    loss === 'sigmoid' && free === false && divergence === 'reverse_kl' ? { loss_type: 'sigmoid_norm' } : null,
};

/** Tokens beyond the shorter answer count half. */
export const countExcessLess: Remedy = {
  to: 'clone',
  values: (config) =>
    'ld_alpha' in config || config.method === 'dpo' || config.method === 'online_dpo'
      ? (scaled('ld_alpha', 0.5)(config) ?? { ld_alpha: 0.5 })
      : null,
};

/** Clipping at 1, or at half of what it is. */
export const clipHarder: Remedy = {
  to: 'clone',
  values: (config) => {
    const now = numberIn(config, 'max_grad_norm') ?? 0;
    return { max_grad_norm: now <= 0 || now > 1 ? 1 : rounded(now / 2) };
  },
};
