/** Version 8: what a run was planned to need, and how long its steps took. Frozen. */
export const runPlans = {
  number: 8,
  sql: `
ALTER TABLE runs ADD COLUMN plan TEXT;
ALTER TABLE runs ADD COLUMN seconds_per_step REAL;
`,
};
