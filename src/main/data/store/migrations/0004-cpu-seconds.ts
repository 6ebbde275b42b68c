/** Version 4: the processor time of a run's process, which other work on the machine does not change. Frozen. */
export const cpuSeconds = {
  number: 4,
  sql: `
ALTER TABLE runs ADD COLUMN cpu_seconds REAL;
`,
};
