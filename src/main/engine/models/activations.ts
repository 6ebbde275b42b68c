/** Activation functions under the names that config.json's `hidden_act` uses. */
import { type Named, registry } from '../../base/registry.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';

export interface Activation extends Named {
  build(g: GraphBuilder, x: Value): Value;
}

const define = (id: string, build: Activation['build']): Activation => ({ id, build });
const silu: Activation['build'] = (g, x) => g.mul(x, g.sigmoid(x));
const tanhGelu: Activation['build'] = (g, x) => g.op('Gelu', [x], { approximate: 'tanh' });

/** Several names for one function are transformers' doing. */
export const activations = registry<Activation>('hidden_act', [
  define('silu', silu),
  define('swish', silu),
  define('gelu', (g, x) => g.op('Gelu', [x])),
  define('gelu_python', (g, x) => g.op('Gelu', [x])),
  define('gelu_new', tanhGelu),
  define('gelu_accurate', tanhGelu),
  define('gelu_fast', tanhGelu),
  define('gelu_pytorch_tanh', tanhGelu),
  define('quick_gelu', (g, x) => g.mul(x, g.sigmoid(g.mul(1.702, x)))), // Hendrycks & Gimpel, 1606.08415
  define('relu', (g, x) => g.op('Relu', [x])),
  define('relu2', (g, x) => g.pow(g.op('Relu', [x]), 2)), // 2109.08668
  define('sigmoid', (g, x) => g.sigmoid(x)),
  define('tanh', (g, x) => g.tanh(x)),
]);

/** Whether the fused SwiGLU computes it. */
export const isSilu = (id: string): boolean => id === 'silu' || id === 'swish';

/** Scores or logits pressed into (−cap, cap): cap · tanh(x / cap) (2408.00118). */
export function softCap(g: GraphBuilder, x: Value, cap: number | null): Value {
  return cap === null ? x : g.mul(cap, g.tanh(g.mul(1 / cap, x)));
}
