export { decode, encode, encodeAll } from './codec.js'
export {
  decodeBytes,
  decodeValues,
  encodeItem,
  isBytesKind,
  type BytesKind,
  type EncodedItem,
} from './item.js'
export { toPlain } from './plain-value.js'
export { ValuesWriter } from './values.js'
export { weightOf } from './weight.js'
