import { hash } from 'node:crypto'
import type { MsgHdrs } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { HEADER } from '../wire/headers.js'
import { notStored } from '../wire/not-stored.js'
import type { JobAccess } from './job-access.js'
import { queuedJob, type JobFacts } from './store/job-facts.js'
import type { NewJob } from './store/job-queue.js'
import type { JobRecord } from './store/job-record.js'
import type { JobTarget } from './store/job-route.js'

/**
 * Puts a job with an id of the caller's choice into the queue, unless there is one under that id: in the queue, running, or
 * ended and kept. The record of the id is made first, and the message says which record it goes on from. So of several messages,
 * which callers that crashed may have left, one is run.
 * @throws DaffiError DAFFI_JOB_ID_TAKEN when the job under that id is another, DAFFI_NOT_STORED
 */
export async function addNamed(
  access: Pick<JobAccess, 'names' | 'store'>,
  { id, target }: Omit<NewJob, 'caller'>,
  payload: Uint8Array,
  head: MsgHdrs,
): Promise<void> {
  const digest = digestOf(target, payload)
  head.set(HEADER.digest, digest)
  try {
    const revision = await acceptId(access, { id, target }, head, digest)
    if (revision === undefined) return
    head.set(HEADER.follows, String(revision))
    await access.store.queue.addUnique(id, target, payload, head)
  } catch (error) {
    throw notStored(error)
  }
}

/** @returns the revision of a record whose job no node has had; undefined when there is nothing to send any more */
async function acceptId(
  { names, store: { queue, records } }: Pick<JobAccess, 'names' | 'store'>,
  { id, target }: Omit<NewJob, 'caller'>,
  head: MsgHdrs,
  digest: string,
): Promise<number | undefined> {
  for (;;) {
    const found = await records.read(id)
    if (found?.record) {
      assertSame(id, found.facts, digest)
      return isUnclaimed(found.record) ? found.revision : undefined
    }
    // The record of a job that waits for long has expired.
    const queued = await queue.find(id)
    if (queued) {
      assertSame(id, queuedJob(queued).facts, digest)
      return undefined
    }
    const message = { subject: names.job(id, target), headers: head, seq: 0, time: new Date() }
    const revision = await records.accept(id, queuedJob(message).facts, found?.revision ?? 0)
    if (revision !== undefined) return revision
  }
}

const isUnclaimed = (record: JobRecord): boolean => record.state === 'waiting' && record.sequence === null

function assertSame(id: string, facts: JobFacts | undefined, digest: string): void {
  if (facts?.digest === digest) return
  const what = facts
    ? ` calls "${facts.callback}"${facts.digest === null ? '' : ' with other arguments'}`
    : ''
  throw new DaffiError('DAFFI_JOB_ID_TAKEN', `the job under the id ${id}${what || ' is another one'}`)
}

/** Digest by which two calls are known to be the same. */
function digestOf({ callback, to }: JobTarget, payload: Uint8Array): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${callback} ${to ?? ''} `), payload]), 'hex')
}
