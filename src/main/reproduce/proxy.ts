/** A reward model as a cell uses it: opened once, asked for the scores of answers. */
import { judges } from '../evaluate/judges/index.ts';
import { type JudgedAnswer, JudgeError } from '../evaluate/judges/judge.ts';
import { loadModel } from '../train/load-model.ts';

export interface Proxy {
  score(answers: readonly JudgedAnswer[]): Promise<number[]>;
  close(): Promise<void>;
}

export async function openProxy(path: string, threads: number): Promise<Proxy> {
  const rewardModel = loadModel(path, { head: 'score' });
  const { score, close } = await judges.get('reward-model').open({ rewardModel, tie: 0, seed: 0, threads });
  if (!score) throw new JudgeError(`${path}: this judge gives no scores`);
  return { score, close };
}
