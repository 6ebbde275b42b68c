/** The error for a data file that cannot be read: what was expected, what was found, and where. */

/** `details` holds `line` and `field` where they are known, and `faults` when several rows are wrong. */
export class DatasetError extends Error {
  readonly code = 'bad_dataset';
  readonly details: unknown;
  constructor(message: string, options: { details?: unknown; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'DatasetError';
    this.details = options.details;
  }
}

/** `path:line: why`, with the line (and field) in the details for programs. */
export const faultAt = (path: string, line: number, why: string, field?: string): DatasetError =>
  new DatasetError(`${path}:${line}: ${why}`, { details: field === undefined ? { line } : { line, field } });
