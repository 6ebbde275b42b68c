/** The strictest policy under which a file with its own stylesheet can be read: no script, no network. */
export const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
