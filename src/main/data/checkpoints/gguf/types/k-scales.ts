/** The eight 6-bit scales and minima of a Q4_K or Q5_K block, packed into 12 bytes (ggml's get_scale_min_k4). */

/** Scale and minimum of sub-block j, from the 12 bytes at `at`; `out` gets both. */
export function kScale(bytes: Uint8Array, at: number, j: number, out: Uint8Array): void {
  if (j < 4) {
    out[0] = bytes[at + j] & 63;
    out[1] = bytes[at + j + 4] & 63;
    return;
  }
  out[0] = (bytes[at + j + 4] & 15) | ((bytes[at + j - 4] >> 6) << 4);
  out[1] = (bytes[at + j + 4] >> 4) | ((bytes[at + j] >> 6) << 4);
}
