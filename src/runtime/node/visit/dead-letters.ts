import { letterStream, openJobAccess, retryJob, unknownJob, type Global } from '../../call/index.js'
import { toPlain } from '../../codec/index.js'
import { DaffiError, toErrorRecord, type ErrorRecord } from '../../core/errors.js'
import {
  DeadLetterStore,
  type DroppedLetters,
  type ItemLetter,
  type JobLetter,
  type StoredDeadLetter,
  StreamError,
} from '../../stream/index.js'
import { callbackCall } from '../calls/callback-call.js'
import type { PipelineVisit } from './pipeline-visit.js'

export interface ReplayedLetters {
  /** Ids of the letters that are removed: items that their callback has processed, and jobs that are in the queue again. */
  replayed: number[]
  /** Letters that failed again, or could not be sent, and are kept. */
  failed: { id: number; error: ErrorRecord }[]
}

export interface ListedLetters {
  letters: StoredDeadLetter[]
  /** Account of those that were dropped because of the limits in the pipeline file. */
  dropped: Omit<DroppedLetters, 'through'>
}

/** Dead letter with its item, or its arguments, as JSON can carry them. */
export type ShownLetter = StoredDeadLetter & { value: unknown }

/** Choice of letters: ids, those that were given up so long ago (in milliseconds), or all. */
export type LetterChoice = { ids: number[] } | { olderThanMs: number } | 'all'

/** Lists the dead letters of a pipeline, the oldest first. */
export async function listDeadLetters(visit: PipelineVisit): Promise<ListedLetters> {
  const dead = lettersOf(visit)
  return { letters: await dead.list(), dropped: await dead.dropped() }
}

/** Tells all of a dead letter. @throws DaffiError DAFFI_NO_DEAD_LETTER, DAFFI_BAD_MESSAGE when it is not kept as a whole */
export async function showDeadLetter(visit: PipelineVisit, id: number): Promise<ShownLetter> {
  const dead = lettersOf(visit)
  const [letter] = chosen(await dead.list(), { ids: [id] }, visit)
  if (!letter) throw noLetter(visit, id)
  return { ...letter, value: toPlain(await dead.item(letter)) }
}

/**
 * Removes dead letters for good.
 * @returns their ids
 * @throws DaffiError DAFFI_NO_DEAD_LETTER before anything is removed
 */
export async function dropDeadLetters(visit: PipelineVisit, choice: LetterChoice): Promise<number[]> {
  const dead = lettersOf(visit)
  const letters = chosen(await dead.list(), choice, visit)
  for (const letter of letters) await dead.remove(letter)
  return letters.map(({ id }) => id)
}

/**
 * Sends items to their callbacks again, each to the node on which it failed, and removes those that succeed. Puts jobs back
 * into the queue under their ids, where they have all their attempts again.
 * @param ids the letters to replay; undefined for all
 * @throws DaffiError DAFFI_NO_DEAD_LETTER before anything is replayed
 */
export async function replayDeadLetters(
  visit: PipelineVisit,
  ids: number[] | undefined,
): Promise<ReplayedLetters> {
  const dead = lettersOf(visit)
  const letters = chosen(await dead.list(), ids ? { ids } : 'all', visit)
  const result: ReplayedLetters = { replayed: [], failed: [] }
  await visit.join(async (g) => {
    for (const letter of letters) {
      try {
        if ('job' in letter) await putBack(visit, letter, dead)
        else {
          await replay(g, letter, await dead.item(letter), visit.signal)
          await dead.remove(letter)
        }
        result.replayed.push(letter.id)
      } catch (error) {
        result.failed.push({ id: letter.id, error: causeOf(error) })
      }
    }
  })
  return result
}

/** The error of the callback, where it threw; else that of the replay. */
function causeOf(error: unknown): ErrorRecord {
  const { receivers = {} } = error instanceof StreamError ? error.summary : {}
  const thrown = Object.values(receivers).find((receiver) => receiver.error)?.error
  return thrown ?? toErrorRecord(error)
}

function lettersOf({ nc, pipeline }: PipelineVisit): DeadLetterStore {
  return new DeadLetterStore(nc, pipeline)
}

/** @throws DaffiError DAFFI_NO_DEAD_LETTER */
function chosen(letters: StoredDeadLetter[], choice: LetterChoice, visit: PipelineVisit): StoredDeadLetter[] {
  if (choice === 'all') return letters
  if ('olderThanMs' in choice) return letters.filter(({ time }) => time < Date.now() - choice.olderThanMs)
  const unknown = choice.ids.find((id) => !letters.some((letter) => letter.id === id))
  if (unknown !== undefined) throw noLetter(visit, unknown)
  return letters.filter(({ id }) => choice.ids.includes(id))
}

function noLetter({ pipeline }: PipelineVisit, id: number): DaffiError {
  return new DaffiError('DAFFI_NO_DEAD_LETTER', `${pipeline} has no dead letter ${id}`)
}

async function putBack(
  { nc, pipeline }: PipelineVisit,
  { job }: JobLetter,
  letters: DeadLetterStore,
): Promise<void> {
  const access = await openJobAccess(nc, pipeline)
  if (!access) throw unknownJob(job)
  await retryJob(access, letters, job)
}

/** Sends a letter as a stream of one item, so that the callback gets it in its original form, and it may have any size. */
async function replay(g: Global, letter: ItemLetter, item: unknown, signal: AbortSignal): Promise<void> {
  await callbackCall(g, letter.call, [[item]], letter.node).with(
    letterStream(letter.item, { source: letter.stream, signal }),
  )
}
