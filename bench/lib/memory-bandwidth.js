import { bytesOf } from './items.js'

const MIB = 1024 * 1024
const BUFFERS = 32
const ROUNDS = 8

/** MiB/s of copying frames from one place to another, both larger than the processor's cache. */
export function memoryBandwidth() {
  const bytes = bytesOf('1080p')
  const buffers = Array.from({ length: BUFFERS }, (_, n) => Buffer.alloc(bytes, n + 1))
  const half = BUFFERS / 2
  const start = performance.now()
  for (let n = 0; n < ROUNDS * half; n++) buffers[n % half].copy(buffers[half + (n % half)])
  const seconds = (performance.now() - start) / 1000
  return (ROUNDS * half * bytes) / MIB / seconds
}
