export { decode, encode, encodeAll } from './codec.js'
export { decodeBytes, decodeValues, encodeItem, type BytesKind, type EncodedItem } from './item.js'
export { ValuesWriter } from './values.js'
