/**
 * The two orders of the rows of query and key projections. Hugging Face pairs row i of a head with row i + d/2 ("half split"); llama2.c and llama.cpp's
 * llama files pair neighbours (2i, 2i + 1).
 */

/** Row of the half-split order where the neighbouring order's row `within` of a head of `headSize` rows belongs. */
const halfSplitRow = (within: number, headSize: number): number => (within % 2) * (headSize / 2) + (within >> 1);

function reorder(
  data: Float32Array,
  rows: number,
  headSize: number,
  place: (from: number, head: number, within: number) => readonly [source: number, target: number],
): Float32Array {
  const columns = data.length / rows;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const within = row % headSize;
    const [source, target] = place(row, row - within, within);
    result.set(data.subarray(source * columns, (source + 1) * columns), target * columns);
  }
  return result;
}

/** Neighbouring rows → half split, head by head; for a weight [rows, columns] or a bias [rows]. */
export const toHalfSplit = (data: Float32Array, rows: number, headSize: number): Float32Array =>
  reorder(data, rows, headSize, (row, head, within) => [row, head + halfSplitRow(within, headSize)]);

/** Half split → neighbouring rows. */
export const toNeighbours = (data: Float32Array, rows: number, headSize: number): Float32Array =>
  reorder(data, rows, headSize, (row, head, within) => [head + halfSplitRow(within, headSize), row]);
