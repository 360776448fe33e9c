// Reads safetensors documents: an 8-byte little-endian header length, a JSON header, raw tensors.

/** @typedef {Uint8Array | Int32Array | Float32Array | Float64Array} Tensor */

const ARRAY_TYPES = { U8: Uint8Array, I32: Int32Array, F32: Float32Array, F64: Float64Array };
const utf8 = new TextDecoder();

/**
 * The tensors as typed-array views of `buffer` (nothing is copied), and the document's metadata:
 * the JSON object in the entry `metadata` of the header's metadata.
 * @param {ArrayBuffer} buffer
 * @returns {{metadata: any, tensors: Record<string, Tensor>}}
 */
export function readSafetensors(buffer) {
  const headerLength = Number(new DataView(buffer).getBigUint64(0, true));
  const dataStart = 8 + headerLength;
  const header = JSON.parse(utf8.decode(new Uint8Array(buffer, 8, headerLength)));
  const { __metadata__, ...entries } = header;
  /** @type {Record<string, Tensor>} */
  const tensors = {};
  for (const [name, entry] of Object.entries(entries)) {
    const ArrayType = ARRAY_TYPES[/** @type {keyof typeof ARRAY_TYPES} */ (entry.dtype)];
    const [begin, end] = entry.data_offsets;
    const length = (end - begin) / ArrayType.BYTES_PER_ELEMENT;
    tensors[name] = new ArrayType(buffer, dataStart + begin, length);
  }
  return { metadata: JSON.parse(__metadata__.metadata), tensors };
}
