/** A GGUF model cut into parts (llama.cpp's gguf-split): the first has the metadata, each has tensors of its own. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { CheckpointError } from '../safetensors.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { type GgufHeader, type GgufTensor, readGgufHeader } from './header.ts';

/** No known model has more. */
const MAX_PARTS = 1000;
const NAME = /-(\d{5})-of-(\d{5})\.gguf$/i;

const partName = (path: string, number: number, count: number): string =>
  path.replace(NAME, (whole) => {
    const five = (n: number) => String(n).padStart(5, '0');
    return `-${five(number)}-of-${five(count)}${whole.slice(-5)}`;
  });

/** The files beside `path` that make one model with it, by its name; none for a file that is no first part. */
export function otherGgufParts(path: string): string[] {
  const [, number, count] = NAME.exec(path)?.map(Number) ?? [];
  if (number !== 1 || count > MAX_PARTS) return [];
  return Array.from({ length: count - 1 }, (_, i) => partName(path, i + 2, count));
}

/** The whole model from its first part, or from a file that is not cut. Throws CheckpointError that names the part and what is wrong with it. */
export function readGgufParts(path: string): GgufHeader {
  const first = readGgufHeader(path);
  const fields = fieldsOf(first);
  const count = fields.optionalCount('split.count') ?? 0;
  if (count <= 1) return first;
  if (count > MAX_PARTS) fields.fail(`"split.count" is ${count}; at most ${MAX_PARTS} parts are read`);
  const number = fields.count('split.no') + 1;
  if (Number(NAME.exec(path)?.[2]) !== count || Number(NAME.exec(path)?.[1]) !== number)
    fields.fail(
      `it is part ${number} of ${count} and must be named NAME${partName('-00001-of-00001.gguf', number, count)}, so that the others are found`,
    );
  if (number !== 1)
    fields.fail(`it is part ${number} of ${count}: give the first one, ${basename(partName(path, 1, count))}`);
  const parts = [first, ...otherGgufParts(path).map((part, i) => readPart(part, i + 2, count, fields))];
  const tensors = new Map<string, GgufTensor>();
  for (const part of parts)
    for (const tensor of part.tensors.values()) {
      const other = tensors.get(tensor.name);
      if (other) fields.fail(`the tensor "${tensor.name}" is in ${basename(other.path)} and in ${basename(part.path)}`);
      tensors.set(tensor.name, tensor);
    }
  const claimed = fields.optionalCount('split.tensors.count');
  if (claimed !== undefined && claimed !== tensors.size)
    fields.fail(`"split.tensors.count" is ${claimed}, its ${count} parts have ${tensors.size} tensors`);
  return { ...first, tensors, fileBytes: parts.reduce((sum, part) => sum + part.fileBytes, 0) };
}

function readPart(path: string, number: number, count: number, first: Fields): GgufHeader {
  // a pipe or a device would be waited for
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    return first.fail(`it is part 1 of ${count}, and ${basename(path)} is not beside it`);
  const header = readGgufHeader(path);
  const fields = fieldsOf(header);
  const [no, of] = [fields.optionalCount('split.no'), fields.optionalCount('split.count')];
  if (no !== number - 1 || of !== count)
    throw new CheckpointError(
      `${path}: it says of itself that it is part ${no === undefined ? '(none)' : no + 1} of ${of ?? '(none)'}; ${number} of ${count} was expected`,
    );
  return header;
}
