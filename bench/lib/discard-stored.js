import { jetstreamManager } from '@nats-io/jetstream'
import { connectRaw } from './connect-raw.js'

/** A durable stream's name, and what JetStream knows it by in the bench's pipeline. */
export const STORED = 'stored'
const JETSTREAM_NAME = `daffi_bench_${STORED}`

/**
 * Deletes what a durable stream keeps, as the raw program deletes what it has stored. Kept for the next run, it would
 * have to be written to the disk while that runs: work for one side alone.
 */
export async function discardStored(address) {
  const nc = await connectRaw(address)
  try {
    const jsm = await jetstreamManager(nc)
    await jsm.streams.delete(JETSTREAM_NAME)
  } finally {
    await nc.close()
  }
}
