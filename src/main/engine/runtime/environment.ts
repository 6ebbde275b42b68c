/** Environment variables that onnxruntime reads, set before its library is loaded. */
const VARIABLES = {
  /** 1.30 on Linux reports its sessions to its maker over the network and leaves files in the temporary folder. Nothing a user does here leaves the machine. */
  ORT_DISABLE_TELEMETRY: '1',
  /** Its tiled attention takes rows of different lengths one after the other, and of one new token it makes 13.3 ms of processor time where the plain one takes 11.5. */
  ORT_GQA_DISABLE_FLASH_ATTENTION: '1',
} as const;

export function prepareEnvironment(): void {
  Object.assign(process.env, VARIABLES);
}
