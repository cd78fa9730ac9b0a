export { decode, encode } from './codec.js'
export {
  decodeBytes,
  decodeValues,
  encodeItem,
  valuesPayload,
  type BytesKind,
  type EncodedItem,
} from './item.js'
export { ValuesWriter } from './values.js'
