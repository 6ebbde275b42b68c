/** Why a record is not used: alone, or because the file is not what it seemed. */

/** A record that cannot be used: reported with its line, the rest goes on. */
export class RowRefused extends Error {
  /** What stands there, for the list of refused rows. */
  readonly found: string | undefined;
  constructor(reason: string, found?: string) {
    super(reason);
    this.name = 'RowRefused';
    this.found = found;
  }
}

/** A record that does not fit the format at all (a field missing, of the wrong type, not storable): the file is not what it seemed, nothing is imported. */
export class RowFault extends RowRefused {
  /** The column at fault. */
  readonly field: string;
  constructor(field: string, reason: string) {
    super(reason);
    this.name = 'RowFault';
    this.field = field;
  }
}
