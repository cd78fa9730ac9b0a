import { crc32 } from 'node:zlib'

/** Reads every byte, as cheaply as can be: natively, so that no compiler's mood makes one run three times as slow as another. */
export const readAll = (bytes) => crc32(bytes)
