/** Checks of the quality report: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import type { QualityCheck } from './check.ts';
import { answerScript } from './checks/answer-script.ts';
import { bagOfWords } from './checks/bag-of-words.ts';
import { contradictions } from './checks/contradictions.ts';
import { emptyAnswers } from './checks/empty-answers.ts';
import { exactDuplicates } from './checks/exact-duplicates.ts';
import { identicalAnswers } from './checks/identical-answers.ts';
import { labelSuspects } from './checks/label-suspects.ts';
import { languageMix } from './checks/language-mix.ts';
import { leakage } from './checks/leakage.ts';
import { lengthBaseline } from './checks/length-baseline.ts';
import { lengths } from './checks/lengths.ts';
import { margins } from './checks/margins.ts';
import { nearDuplicates } from './checks/near-duplicates.ts';
import { personalData } from './checks/personal-data.ts';
import { secrets } from './checks/secrets.ts';
import { ties } from './checks/ties.ts';
import { truncated } from './checks/truncated.ts';

export const qualityChecks = registry<QualityCheck>('check', [
  truncated,
  ties,
  identicalAnswers,
  emptyAnswers,
  contradictions,
  exactDuplicates,
  nearDuplicates,
  leakage,
  personalData,
  secrets,
  lengthBaseline,
  bagOfWords,
  labelSuspects,
  languageMix,
  answerScript,
  lengths,
  margins,
]);
