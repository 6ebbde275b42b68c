/**
 * onnxruntime 1.30 on Linux reports its sessions to its maker over the network and leaves files in the temporary folder, unless this
 * variable is set before the library is loaded. Nothing a user does here leaves the machine, so it is always set.
 */
export function silenceTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY = '1';
}
