/** What a run of the lab leaves in its folder: the setting, and every policy it looked at, so that the same is shown whenever it is opened again. */
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../../base/make-folder.ts';
import { writeFileAtomic } from '../../data/checkpoints/atomic.ts';
import { normalised } from '../../evaluate/exact-optimum.ts';
import { RESPONSES } from '../../tasks/enumerable.ts';
import type { LabPair } from './lab-method.ts';

const SETTING = 'lab.json';
const fileOf = (method: string): string => `looks-${method}.f32`;

const pair = z.object({ prompt: z.int(), chosen: z.int(), rejected: z.int() });

const setting = z.object({
  prompts: z.array(z.string()).min(1),
  pairs: z.array(pair),
  methods: z.array(z.object({ id: z.string(), title: z.string() })),
  steps: z.int(),
  every: z.int(),
});
export type RecordedSetting = z.output<typeof setting>;

export interface LabRecorder {
  /** Removes what an earlier try left. */
  begin(setting: RecordedSetting): void;
  /** ln π of all responses, [prompts][responses]; kept as float32, which is what a model gives. */
  add(method: string, logs: readonly Float64Array[]): void;
}

export function recordLab(folder: string): LabRecorder {
  return {
    begin(content) {
      makeFolder(folder);
      for (const name of readdirSync(folder)) if (name.startsWith('looks-')) rmSync(join(folder, name));
      for (const { id } of content.methods) writeFileSync(join(folder, fileOf(id)), '');
      writeFileAtomic(join(folder, SETTING), `${JSON.stringify(content)}\n`);
    },
    add(method, logs) {
      const all = new Float32Array(logs.length * RESPONSES.length);
      logs.forEach((row, i) => {
        all.set(row, i * RESPONSES.length);
      });
      appendFileSync(join(folder, fileOf(method)), Buffer.from(all.buffer));
    },
  };
}

/** Step of a look by its place: the start, every so many, the end. */
export const stepOfLook = ({ every, steps }: Pick<RecordedSetting, 'every' | 'steps'>, place: number): number =>
  Math.min(place * every, steps);

export interface LabRecord {
  readonly setting: RecordedSetting;
  /** Bytes of each method's looks, and when the run began: the same numbers mean the same looks. */
  written(): readonly number[];
  pairsOf(prompt: number): LabPair[];
  /** ln π of all responses to one prompt at each look so far, normalised; a look that is still being written is not among them. */
  looksOf(method: string, prompt: number): Float64Array[];
}

/** Undefined as long as the run has not begun to write. */
export function readLab(folder: string): LabRecord | undefined {
  if (!existsSync(join(folder, SETTING))) return undefined;
  const content = setting.parse(JSON.parse(readFileSync(join(folder, SETTING), 'utf8')));
  const rowBytes = RESPONSES.length * Float32Array.BYTES_PER_ELEMENT;
  const lookBytes = content.prompts.length * rowBytes;
  return {
    setting: content,
    written: () => [
      statSync(join(folder, SETTING)).mtimeMs,
      ...content.methods.map(({ id }) => statSync(join(folder, fileOf(id))).size),
    ],
    pairsOf: (prompt) => content.pairs.filter((each) => each.prompt === prompt),
    looksOf(method, prompt) {
      const bytes = readFileSync(join(folder, fileOf(method)));
      return Array.from({ length: Math.floor(bytes.length / lookBytes) }, (_, look) => {
        const at = bytes.byteOffset + look * lookBytes + prompt * rowBytes;
        return normalised(new Float32Array(bytes.buffer.slice(at, at + rowBytes)));
      });
    },
  };
}
