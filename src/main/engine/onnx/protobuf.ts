/** Writes protobuf messages as a list of chunks: large byte fields are kept by reference until the final copy. */

const utf8 = new TextEncoder();

/** Grows by fields; `finish()` gives the bytes. Field numbers and wire types as in the protobuf encoding guide. */
export class ProtoWriter {
  #chunks: Uint8Array[] = [];
  #small: number[] = [];
  #length = 0;

  get length(): number {
    return this.#length + this.#small.length;
  }

  /** A non-negative or negative integer as varint (negative ones take ten bytes, as int64 does). */
  varint(field: number, value: number | bigint): this {
    this.#tag(field, 0);
    this.#varint(BigInt(value));
    return this;
  }

  float(field: number, value: number): this {
    this.#tag(field, 5);
    this.#small.push(...new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, 2);
    this.#varint(BigInt(value.length));
    this.#append(value);
    return this;
  }

  message(field: number, build: (writer: ProtoWriter) => void): this {
    const inner = new ProtoWriter();
    build(inner);
    this.#tag(field, 2);
    this.#varint(BigInt(inner.length));
    inner.#flush();
    this.#flush();
    for (const chunk of inner.#chunks) this.#chunks.push(chunk);
    this.#length += inner.#length;
    return this;
  }

  finish(): Uint8Array {
    this.#flush();
    const result = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      result.set(chunk, at);
      at += chunk.length;
    }
    return result;
  }

  #append(chunk: Uint8Array): void {
    this.#flush();
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  #flush(): void {
    if (this.#small.length === 0) return;
    const chunk = Uint8Array.from(this.#small);
    this.#small = [];
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  #tag(field: number, wire: number): void {
    this.#varint(BigInt((field << 3) | wire));
  }

  #varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      this.#small.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.#small.push(Number(rest));
  }
}
