/** Shape: the sizes of a tensor as an int64 vector. */
import { defineOp } from './define.ts';

export const shape = defineOp({
  id: 'Shape',
  infer: ([x]) => [{ dtype: 'int64', shape: [x.shape.length] }],
  grad: () => [null],
});
