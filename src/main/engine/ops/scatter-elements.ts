/** ScatterElements: writes or adds updates at indices along an axis. */
import { defineOp, integer, text } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const scatterElements = defineOp({
  id: 'ScatterElements',
  infer: sameAsFirst,
  grad(g, { inputs: [, indices, updates], dOutputs: [dy], attributes }) {
    const axis = integer(attributes, 'axis', 0);
    const reduction = text(attributes, 'reduction', 'none');
    if (reduction !== 'add' && reduction !== 'none') throw new Error(`reduction "${reduction}" has no gradient rule`);
    const dUpdates = g.gatherElements(dy, indices, axis);
    if (reduction === 'add') return [dy, null, dUpdates];
    const zeros = g.filled(0, updates.shape); // what was overwritten has no influence
    return [g.op('ScatterElements', [dy, indices, zeros], { axis }), null, dUpdates];
  },
});
