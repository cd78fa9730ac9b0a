import { toPlain } from '../../../codec/index.js'
import type { DeadLetterStore } from '../../../stream/index.js'
import { decodeArguments } from '../../wire/encoding.js'
import type { RemoteErrorFields } from '../../api/remote-error.js'
import type { JobAccess } from '../job-access.js'
import { hasEnded } from '../store/job-record.js'
import { findJob, type FoundJob } from './find-job.js'
import type { JobSummary } from './job-summary.js'

/** A durable job with what it was given and what came of it; a field is absent when that is not kept. */
export interface ShownJob extends JobSummary {
  /** Arguments, as JSON can carry them. */
  args?: unknown
  /** Value of a job that is done. */
  value?: unknown
  /** Error of the last attempt of a job that has failed, with its stack. */
  error?: RemoteErrorFields
}

/** Tells all that is kept of a job. @throws DaffiError DAFFI_UNKNOWN_JOB, DAFFI_BAD_MESSAGE */
export async function showJob(access: JobAccess, letters: DeadLetterStore, id: string): Promise<ShownJob> {
  const found = await findJob(access, letters, id)
  const { entry, summary } = found
  const shown: ShownJob = { ...summary }
  const args = await argumentsOf(access, found)
  if (args) shown.args = toPlain(decodeArguments(args))
  else if (found.letter) shown.args = toPlain(await letters.item(found.letter))
  const record = entry?.record
  if (!record || !hasEnded(record) || summary.state !== record.state) return shown
  const outcome = await access.store.records.outcome(id, record)
  if (outcome.state === 'done') shown.value = toPlain(outcome.value)
  if (outcome.state === 'failed') shown.error = outcome.error
  return shown
}

async function argumentsOf({ store }: JobAccess, found: FoundJob): Promise<Uint8Array | undefined> {
  const { summary, entry, message } = found
  // They may be removed at this moment.
  if (message) return await store.queue.arguments(message).catch(() => undefined)
  return entry?.record?.state === 'failed' ? await store.records.args(summary.id, entry.record) : undefined
}
