// Reads safetensors documents: an 8-byte little-endian header length, a JSON header, raw tensors.

const ARRAY_TYPES = { U8: Uint8Array, I32: Int32Array, F32: Float32Array, F64: Float64Array };
const utf8 = new TextDecoder();

/**
 * Tensors as typed-array views on `buffer` (nothing is copied), and the document's metadata.
 * @param {ArrayBuffer} buffer
 * @returns {{metadata: Object<string, string>, tensors: Object<string, ArrayBufferView>}}
 */
export function decode(buffer) {
  const headerLength = Number(new DataView(buffer).getBigUint64(0, true));
  const dataStart = 8 + headerLength;
  const header = JSON.parse(utf8.decode(new Uint8Array(buffer, 8, headerLength)));
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = {};
  for (const [name, { dtype, data_offsets: [begin, end] }] of Object.entries(entries)) {
    const ArrayType = ARRAY_TYPES[dtype];
    const length = (end - begin) / ArrayType.BYTES_PER_ELEMENT;
    tensors[name] = new ArrayType(buffer, dataStart + begin, length);
  }
  return { metadata, tensors };
}
