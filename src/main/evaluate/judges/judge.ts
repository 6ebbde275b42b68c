/** Who says which of two answers is better, and how good one is. */
import type { Named } from '../../base/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { Answer, Answerer } from '../answers.ts';

export interface JudgedAnswer extends Answer {
  /** As text, whatever form it was asked in. */
  readonly prompt: string;
}

export interface Judge {
  /** Points of the first answer of each pair: 1 = it is better, ½ = a tie, 0 = the other is. */
  compare(first: readonly JudgedAnswer[], second: readonly JudgedAnswer[]): Promise<number[]>;
  /** 1 (bad) to 5 (very good) for each answer; null where this judge has no such scale. */
  quality(answers: readonly JudgedAnswer[]): Promise<(number | null)[]>;
  /** A number for each answer, the higher the better; undefined where this judge only compares. */
  score?(answers: readonly JudgedAnswer[]): Promise<number[]>;
  /** What the judge observed of itself, for the report. */
  audit?(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

export interface JudgeOptions {
  readonly task?: Task;
  /** A difference of scores below this is a tie. */
  readonly tie: number;
  readonly seed: number;
  readonly threads?: number;
  readonly rewardModel?: Answerer;
  readonly llm?: LlmOptions;
  readonly signal?: AbortSignal;
}

/** An OpenAI-compatible chat endpoint. */
export interface LlmOptions {
  /** Such as http://127.0.0.1:8080/v1; /chat/completions is added. */
  readonly url: string;
  readonly model: string;
  readonly key?: string;
  /** average: the probabilities of both orders are averaged (OAIF) · disagreement: a tie unless both orders agree. */
  readonly rule: 'average' | 'disagreement';
  /** Requests under way at once. */
  readonly concurrency: number;
  readonly timeoutMs: number;
}

export interface JudgeDefinition extends Named {
  readonly title: string;
  /** Throws JudgeError naming what is missing. */
  open(options: JudgeOptions): Promise<Judge>;
}

/** A judge that cannot work with what it was given. */
export class JudgeError extends Error {
  readonly code: string = 'judge';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JudgeError';
  }
}
