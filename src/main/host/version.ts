/** Versions of the program and of its runtime, as package.json pins them. */
import manifest from '../../../package.json' with { type: 'json' };

export const programVersion: string = manifest.version;
/** Of the program, and of the models that come with it. */
export const programLicence: string = manifest.license;
export const onnxruntimeVersion: string = manifest.dependencies['onnxruntime-node'];
