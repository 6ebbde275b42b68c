/** What a config comes to before it starts: steps, rows a step, passes over the data. */
import type { DatasetSummary } from '../../../preload/contract/index.ts';
import type { Field, Values } from '../../components/params.ts';

export interface Plan {
  /** Optimiser steps. */
  readonly steps: number;
  readonly rowsPerStep: number;
  readonly epochs: number;
}

/** Value of an option as a number: the user's, else the default; null where the method has no such option. */
function numberOf(fields: readonly Field[], values: Values, key: string): number | null {
  const value = values[key] ?? fields.find((field) => field.key === key)?.fallback;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** null while the config cannot say: no data chosen, or a value that is no number. Rows that training drops are not known yet. */
export function planOf(fields: readonly Field[], values: Values, dataset: DatasetSummary | undefined): Plan | null {
  const get = (key: string) => numberOf(fields, values, key);
  const [batch, accumulation] = [get('per_device_train_batch_size'), get('gradient_accumulation_steps')];
  if (!dataset || dataset.rows === 0 || !batch || !accumulation || batch < 1 || accumulation < 1) return null;
  const rowsPerStep = batch * accumulation;
  const stepsPerEpoch = Math.ceil(Math.ceil(dataset.rows / batch) / accumulation);
  const asked = get('max_steps');
  const epochs = get('num_train_epochs') ?? 1;
  const steps = asked !== null && asked > 0 ? asked : Math.ceil(epochs * stepsPerEpoch);
  return { steps, rowsPerStep, epochs: steps / stepsPerEpoch };
}
