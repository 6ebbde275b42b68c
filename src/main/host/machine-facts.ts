/** What a report says of the program and the machine. */
import { cpus } from 'node:os';
import { onnxruntimeVersion, programVersion } from './version.ts';

export function machineFacts(): (readonly [string, string])[] {
  const processors = cpus();
  return [
    ['Plumbline', programVersion],
    ['onnxruntime', onnxruntimeVersion],
    ['Node', process.versions.node],
    ['Processor', `${processors[0]?.model.trim() || 'unknown'}, ${processors.length} threads`],
    ['System', `${process.platform} ${process.arch}`],
  ];
}
