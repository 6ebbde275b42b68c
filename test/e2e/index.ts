/** The end-to-end specs: one file a subject, one line here. */
import { accessibilitySpecs } from './accessibility.ts';
import { coldStartSpecs } from './cold-start.ts';
import { compareSpecs } from './compare.ts';
import { compareSizeSpecs } from './compare-size.ts';
import { datasetsSpecs } from './datasets.ts';
import { datasetsImportSpecs } from './datasets-import.ts';
import { datasetsScrollSpecs } from './datasets-scroll.ts';
import { datasetsVersionsSpecs } from './datasets-versions.ts';
import { focusBackSpecs } from './focus-back.ts';
import { focusWalkSpecs } from './focus-walk.ts';
import { frameSpecs } from './frame.ts';
import { fullWorkspaceSpecs } from './full-workspace.ts';
import { inspectSpecs } from './inspect.ts';
import { keyboardSpecs } from './keyboard.ts';
import { keyboardWalkSpecs } from './keyboard-walk.ts';
import { keyringSpecs } from './keyring.ts';
import { labSpecs } from './lab.ts';
import { layoutShiftSpecs } from './layout-shift.ts';
import { modelsSpecs } from './models.ts';
import { queueSpecs } from './queues.ts';
import { quickstartSpecs } from './quickstart.ts';
import { rateSpecs } from './rate.ts';
import { runSpecs } from './runs.ts';
import { securitySpecs } from './security.ts';
import { settingsSpecs } from './settings.ts';
import type { Spec } from './stage.ts';

export const specs: readonly Spec[] = [
  ...frameSpecs,
  ...coldStartSpecs,
  ...keyboardSpecs,
  ...keyboardWalkSpecs,
  ...focusWalkSpecs,
  ...focusBackSpecs,
  ...layoutShiftSpecs,
  ...accessibilitySpecs,
  ...quickstartSpecs,
  ...runSpecs,
  ...rateSpecs,
  ...inspectSpecs,
  ...queueSpecs,
  ...labSpecs,
  ...securitySpecs,
  ...modelsSpecs,
  ...settingsSpecs,
  ...keyringSpecs,
  ...datasetsSpecs,
  ...datasetsImportSpecs,
  ...datasetsScrollSpecs,
  ...compareSpecs,
  ...compareSizeSpecs,
  ...fullWorkspaceSpecs,
  ...datasetsVersionsSpecs,
];
