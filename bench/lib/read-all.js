/** Reads every byte, as cheaply as can be done in JavaScript. */
export function readAll(bytes) {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
  let sum = 0
  for (let n = 0; n < words.length; n++) sum = (sum + words[n]) | 0
  return sum
}
