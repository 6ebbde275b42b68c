/** How families list their parameters: matrices that decay and start at random, vectors that do neither. */
import type { ParameterSpec } from './architecture.ts';
import type { ModelConfig } from './config.ts';

/** Standard deviation of a fresh matrix: `initializer_range`, 0.02 when absent. */
export const initialStd = ({ raw }: ModelConfig): number =>
  typeof raw.initializer_range === 'number' ? raw.initializer_range : 0.02;

/** A vector that starts at a constant: a norm's scale or shift, a bias. */
export const vector = (name: string, width: number, value: number): ParameterSpec => ({
  name,
  shape: [width],
  decay: false,
  init: { value },
});

/** A matrix and, if wanted, a bias as long as its `out`: the first side, or the second where it is stored as [in, out]. */
export function matrix(
  config: ModelConfig,
  name: string,
  shape: readonly [number, number],
  bias = false,
  { out = shape[0], std = initialStd(config) }: { out?: number; std?: number } = {},
): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape, decay: true, init: { std } },
    ...(bias ? [vector(`${name}.bias`, out, 0)] : []),
  ];
}
