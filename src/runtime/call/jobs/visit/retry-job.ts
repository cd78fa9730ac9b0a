import { headers } from '@nats-io/transport-node'
import { encode } from '../../../codec/index.js'
import { DaffiError } from '../../../core/errors.js'
import type { DeadLetterStore } from '../../../stream/index.js'
import { HEADER } from '../../wire/headers.js'
import { notStored } from '../../wire/not-stored.js'
import type { JobAccess } from '../job-access.js'
import { queuedJob } from '../store/job-facts.js'
import type { EndedRecord } from '../store/job-record.js'
import { setRetry } from '../store/job-retry.js'
import { routeOf } from '../store/job-route.js'
import { findJob, type FoundJob } from './find-job.js'
import type { JobSummary } from './job-summary.js'
import { isoTime } from '../../../core/text/iso-time.js'

/**
 * Puts a job that has failed back into the queue under its id, with all its attempts, and removes its dead letter. However often
 * that is tried at the same time, the job is run once more.
 * @throws DaffiError DAFFI_UNKNOWN_JOB, DAFFI_JOB_NOT_FAILED, DAFFI_NOT_STORED
 */
export async function retryJob(access: JobAccess, letters: DeadLetterStore, id: string): Promise<void> {
  const { nc, names, store } = access
  const found = await findJob(access, letters, id)
  const { summary, entry, letter } = found
  if (summary.state !== 'failed')
    throw new DaffiError('DAFFI_JOB_NOT_FAILED', `job ${id} ${stateOf(summary)}`)
  const payload = await argumentsOf(access, letters, found)
  if (!payload) throw new DaffiError('DAFFI_JOB_NOT_FAILED', `the arguments of job ${id} are not kept`)
  const target = { callback: summary.callback, to: summary.to ?? undefined }
  const head = headers()
  if (summary.from !== null) head.set(HEADER.from, summary.from)
  if (summary.sent !== null) head.set(HEADER.sent, String(summary.sent))
  const timeoutMs = letter?.timeoutMs ?? entry?.facts?.timeoutMs ?? 0
  if (timeoutMs > 0) head.set(HEADER.timeout, String(timeoutMs))
  if (letter) setRetry(head, letter.retry)
  const digest = letter?.digest ?? entry?.facts?.digest
  if (digest) head.set(HEADER.digest, digest)
  // The message counts only for the record as it is now, so that a job which somebody else has run meanwhile is not run again.
  head.set(HEADER.follows, String(entry?.revision ?? 0))
  const route = routeOf(target)
  try {
    await store.queue.addRoute(route)
    nc.publish(names.wake, route)
    if (!(await store.queue.addAgain(id, target, payload, head)))
      throw new DaffiError('DAFFI_JOB_NOT_FAILED', `job ${id} waits in the queue`)
  } catch (error) {
    throw notStored(error)
  }
  // From now on whoever looks for the job finds one that waits.
  const message = { subject: names.job(id, target), headers: head, seq: 0, time: new Date() }
  const facts = { ...queuedJob(message).facts, failures: summary.failures }
  await store.records.accept(id, facts, entry?.revision ?? 0)
  if (letter) await letters.remove(letter)
}

async function argumentsOf(
  { store }: JobAccess,
  letters: DeadLetterStore,
  { summary, entry, letter }: FoundJob,
): Promise<Uint8Array | undefined> {
  if (letter) return encode(await letters.item(letter), 'the arguments')
  return await store.records.args(summary.id, entry?.record as EndedRecord)
}

function stateOf({ state, node, began }: JobSummary): string {
  switch (state) {
    case 'waiting':
      return 'waits in the queue'
    case 'running':
      return `is running on ${node ?? 'a node'}${began === null ? '' : ` since ${isoTime(began)}`}`
    case 'done':
      return 'is done'
    default:
      return 'was cancelled'
  }
}
