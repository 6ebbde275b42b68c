/** The types of tensor data that are read: one file each, one line here. */
import { registry } from '../../../../base/registry.ts';
import { ReadError } from '../byte-reader.ts';
import { bf16 } from './bf16.ts';
import { f16 } from './f16.ts';
import { f32 } from './f32.ts';
import { iq4_nl } from './iq4-nl.ts';
import { iq4_xs } from './iq4-xs.ts';
import { q2_k } from './q2-k.ts';
import { q3_k } from './q3-k.ts';
import { q4_0 } from './q4-0.ts';
import { q4_1 } from './q4-1.ts';
import { q4_k } from './q4-k.ts';
import { q5_0 } from './q5-0.ts';
import { q5_1 } from './q5-1.ts';
import { q5_k } from './q5-k.ts';
import { q6_k } from './q6-k.ts';
import { q8_0 } from './q8-0.ts';
import type { TensorType } from './tensor-type.ts';

export type { TensorType };

export const tensorTypes = registry<TensorType>('tensor type', [
  f32,
  f16,
  bf16,
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  q8_0,
  q4_k,
  q5_k,
  q6_k,
  q2_k,
  q3_k,
  iq4_nl,
  iq4_xs,
]);

/** ggml's other types, so that a refusal can name them. */
const OTHERS: Readonly<Record<number, string>> = {
  9: 'Q8_1',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  21: 'IQ3_S',
  22: 'IQ2_S',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  31: 'Q4_0_4_4',
  32: 'Q4_0_4_8',
  33: 'Q4_0_8_8',
  34: 'TQ1_0',
  35: 'TQ2_0',
  36: 'IQ4_NL_4_4',
  37: 'IQ4_NL_4_8',
  38: 'IQ4_NL_8_8',
  39: 'MXFP4',
  40: 'NVFP4',
  41: 'Q1_0',
  42: 'Q2_0',
};

/** The type of a number in a file; throws ReadError that lists what is read. `what` names the tensor. */
export function typeOfNumber(number: number, what: string): TensorType {
  const found = tensorTypes.all.find((type) => type.number === number);
  if (found) return found;
  const known = tensorTypes.all.map((type) => type.id).join(', ');
  const name = OTHERS[number];
  throw new ReadError(`${what} has ${name ? `the type ${name}` : `the unknown type ${number}`}; read are ${known}`);
}
