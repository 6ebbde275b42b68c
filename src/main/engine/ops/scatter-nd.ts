/** ScatterND: adds updates at coordinates; the gradient of an embedding lookup is one. */
import { defineOp, text } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const scatterNd = defineOp({
  id: 'ScatterND',
  infer: sameAsFirst,
  grad(g, { inputs: [, indices], dOutputs: [dy], attributes }) {
    if (text(attributes, 'reduction', 'none') !== 'add') throw new Error('only reduction "add" has a gradient rule');
    return [dy, null, g.op('GatherND', [dy, indices])];
  },
});
