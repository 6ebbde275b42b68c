/** What can go wrong with the hub: exit code 3, and a message that says what to do. */

export type HubCode =
  | 'bad_name'
  | 'bad_answer'
  | 'not_found'
  | 'no_revision'
  | 'no_file'
  | 'gated'
  | 'bad_token'
  | 'forbidden'
  | 'unreachable'
  | 'offline'
  | 'bad_range'
  | 'disk'
  | 'corrupt';

export class HubError extends Error {
  readonly code: HubCode;
  readonly exitCode = 3;
  constructor(code: HubCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HubError';
    this.code = code;
  }
}
