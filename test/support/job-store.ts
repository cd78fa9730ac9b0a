import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { Kvm, type KV } from '@nats-io/kv'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { onTestFinished } from 'vitest'
import { JobNames } from '../../src/runtime/call/jobs/store/job-names.js'
import { decodeRecord, encodeRecord, type JobRecord } from '../../src/runtime/call/jobs/store/job-record.js'
import { JobStore } from '../../src/runtime/call/jobs/store/job-store.js'
import { TIMING } from '../../src/runtime/call/wire/timing.js'

/** The queue and the records of the pipeline `test`, as somebody sees them who is no node. */
export interface OpenedStore {
  nc: NatsConnection
  jsm: JetStreamManager
  names: JobNames
  store: JobStore
  bucket: KV
  record: (id: string) => Promise<JobRecord | undefined>
  put: (id: string, record: JobRecord) => Promise<void>
}

export async function openJobStore(server: string): Promise<OpenedStore> {
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const names = new JobNames('test')
  const store = await JobStore.open(nc, names, TIMING)
  const bucket = await new Kvm(nc).open(names.bucket)
  const record = async (id: string): Promise<JobRecord | undefined> => {
    const entry = await bucket.get(id)
    return entry ? decodeRecord(entry.value) : undefined
  }
  const put = async (id: string, next: JobRecord): Promise<void> => {
    await bucket.put(id, encodeRecord(next))
  }
  return { nc, jsm: await jetstreamManager(nc), names, store, bucket, record, put }
}
