/** Table 2 of OAIF (Guo et al., 2402.04792) in miniature: online against offline DPO on three tasks at equal steps, β and pairs, and the settings at which they draw. */
import { defineStudy } from '../../study.ts';
import { cellsOf, planTasks, settings } from './plan.ts';
import { report } from './report.ts';

export const oaif = defineStudy({
  id: 'oaif',
  title: 'Online against offline DPO (table 2 of OAIF)',
  summary: 'Gold judge, three tasks, fresh pairs, demonstrations and a fixed set; and where the two draw.',
  settings,
  plan(options, seeds) {
    const plan = planTasks(options, seeds);
    return { plan, cells: cellsOf(plan, options.variants) };
  },
  report,
});
