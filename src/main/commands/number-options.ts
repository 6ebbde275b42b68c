/** Numbers among a command's options, with errors that name the option. */
import { UsageError } from './command.ts';

/** A finite number of at least `least`. */
export function numberOption(value: unknown, name: string, least: number): number {
  const parsed = Number(value);
  if (value !== '' && Number.isFinite(parsed) && parsed >= least) return parsed;
  throw new UsageError(`--${name} must be a number of at least ${least}, found "${value}"`);
}

export function wholeOption(value: unknown, name: string, least: number): number {
  const parsed = numberOption(value, name, least);
  if (Number.isSafeInteger(parsed)) return parsed;
  throw new UsageError(`--${name} must be a whole number, found "${value}"`);
}
