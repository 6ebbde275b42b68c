/** Every operator the engine knows: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import { abs } from './abs.ts';
import { add } from './add.ts';
import { argMax } from './arg-max.ts';
import { cast } from './cast.ts';
import { clip } from './clip.ts';
import { and, equal, greater, greaterOrEqual, less, lessOrEqual, not, or } from './comparisons.ts';
import { concat } from './concat.ts';
import { cos } from './cos.ts';
import { cumSum } from './cum-sum.ts';
import { div } from './div.ts';
import { dropout } from './dropout.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { expand } from './expand.ts';
import { gather } from './gather.ts';
import { gatherElements } from './gather-elements.ts';
import { gatherNd } from './gather-nd.ts';
import { gelu } from './gelu.ts';
import { gemm } from './gemm.ts';
import { groupQueryAttention } from './group-query-attention.ts';
import { identity } from './identity.ts';
import { layerNormalization } from './layer-normalization.ts';
import { leakyRelu } from './leaky-relu.ts';
import { log } from './log.ts';
import { logSoftmax } from './log-softmax.ts';
import { matMulNBits } from './mat-mul-n-bits.ts';
import { matMul } from './matmul.ts';
import { max } from './max.ts';
import { min } from './min.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { pad } from './pad.ts';
import { pow } from './pow.ts';
import { reciprocal } from './reciprocal.ts';
import { reduceLogSumExp } from './reduce-log-sum-exp.ts';
import { reduceMax } from './reduce-max.ts';
import { reduceMean } from './reduce-mean.ts';
import { reduceMin } from './reduce-min.ts';
import { reduceSum } from './reduce-sum.ts';
import { reduceSumSquare } from './reduce-sum-square.ts';
import { relu } from './relu.ts';
import { reshape } from './reshape.ts';
import { rmsNormalization } from './rms-normalization.ts';
import { rotaryEmbedding } from './rotary-embedding.ts';
import { scatterElements } from './scatter-elements.ts';
import { scatterNd } from './scatter-nd.ts';
import { shape } from './shape.ts';
import { sigmoid } from './sigmoid.ts';
import { sign } from './sign.ts';
import { sin } from './sin.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { softplus } from './softplus.ts';
import { split } from './split.ts';
import { sqrt } from './sqrt.ts';
import { squeeze } from './squeeze.ts';
import { sub } from './sub.ts';
import { tanh } from './tanh.ts';
import { tile } from './tile.ts';
import { topK } from './top-k.ts';
import { transpose } from './transpose.ts';
import { trilu } from './trilu.ts';
import { unsqueeze } from './unsqueeze.ts';
import { where } from './where.ts';

export const operators = registry('operator', [
  abs,
  add,
  and,
  argMax,
  cast,
  clip,
  concat,
  cos,
  cumSum,
  div,
  dropout,
  equal,
  erf,
  exp,
  expand,
  gather,
  gatherElements,
  gatherNd,
  gelu,
  gemm,
  greater,
  greaterOrEqual,
  groupQueryAttention,
  identity,
  layerNormalization,
  leakyRelu,
  less,
  lessOrEqual,
  log,
  logSoftmax,
  matMulNBits,
  matMul,
  max,
  min,
  mul,
  neg,
  not,
  or,
  pad,
  pow,
  reciprocal,
  reduceLogSumExp,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  reduceSumSquare,
  relu,
  reshape,
  rmsNormalization,
  rotaryEmbedding,
  scatterElements,
  scatterNd,
  shape,
  sigmoid,
  sign,
  sin,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  squeeze,
  sub,
  tanh,
  tile,
  topK,
  transpose,
  trilu,
  unsqueeze,
  where,
]);
