/** The models that can be chosen, and which of them is the reference of those that are. */
import type { ModelChoice } from '../../../preload/contract/index.ts';

export const DEFAULT_BETA = 0.1;

export const choiceOf = (choices: readonly ModelChoice[], ref: string | null): ModelChoice | undefined =>
  choices.find((choice) => choice.ref === ref);

export const titleOf = ({ name, detail }: ModelChoice): string => `${name}, ${detail}`;

/** The reference that was chosen; else what the first of the models was trained against, else the first of several. */
export function referenceOf(
  choices: readonly ModelChoice[],
  models: readonly string[],
  chosen: string | null,
): string | null {
  if (chosen !== null && choiceOf(choices, chosen)) return chosen;
  const trainedAgainst = models.map((model) => choiceOf(choices, model)?.reference ?? null).find((ref) => ref !== null);
  return trainedAgainst ?? (models.length > 1 ? models[0] : null);
}

/** β of a model's implicit reward: the one chosen for all, else its run's. */
export const betaOf = (choice: ModelChoice | undefined, chosen: number | null): number =>
  chosen ?? choice?.beta ?? DEFAULT_BETA;

/** Two models to begin with: the newest and what it was trained against, else the first two. */
export function firstModels(choices: readonly ModelChoice[]): readonly string[] {
  const writers = choices.filter(({ head }) => head === 'language');
  const newest = writers[0];
  if (!newest) return [];
  const other = newest.reference ?? writers[1]?.ref;
  return newest.reference !== null ? [newest.reference, newest.ref] : other ? [newest.ref, other] : [newest.ref];
}

/** For a select: the name first, what it is behind it. */
export const optionsOf = (choices: readonly ModelChoice[]) =>
  choices.map((choice) => ({ value: choice.ref, label: titleOf(choice) }));
