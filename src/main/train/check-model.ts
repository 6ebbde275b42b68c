/** Whether this program could run a model, without reading its weights. */
import type { ModelFolder } from '../data/checkpoints/model-folder.ts';
import { loadLanguageModel } from '../engine/models/language-model.ts';

/** Throws UnsupportedModel or CheckpointError that says what it lacks. */
export function checkModel({ config, tensors }: Pick<ModelFolder, 'config' | 'tensors'>): void {
  loadLanguageModel(config, {
    names: () => tensors.names(),
    shape: (name) => tensors.shape(name),
    float32: () => new Float32Array(),
  });
}
