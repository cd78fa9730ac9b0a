import { MAX_PAGES, pagesBySize } from './pages-by-size.js'
import type { Arity } from '../../core/plan/plan.js'
import type { SocketAddress } from '../../unix/index.js'
import {
  isBoolean,
  isCount,
  isMeasure,
  isName,
  isText,
  mapOf,
  orAbsent,
  orNull,
  recordOf,
} from '../../core/message/forms.js'

/** Description of a node, as it stands in its claim of a name and in its hello. */
export interface PeerRecord {
  name: string
  /** Random id of this incarnation of the node; the next process of the same name has another one. */
  incarnation: string
  host: string
  pid: number
  /** Process table that the pid belongs to; nodes with the same one can ask the kernel whether the process lives. */
  processTable: string
  /** Time when the process was started, as the kernel counts it; null where the kernel does not say. */
  started: number | null
  /** Time for which others wait for the node when it is silent and nobody can tell whether it lives, in milliseconds. */
  graceMs: number
  callbacks: Record<string, Arity>
  /** Where the node listens for processes of its host; absent where it does not. */
  socket?: SocketAddress | undefined
  /**
   * Present in the first of several pages, if the callbacks do not fit into one message: the number of pages. The others are asked
   * for.
   */
  pages?: number
}

/** Message of a heartbeat. */
export interface Heartbeat {
  name: string
  /** The node's incarnation. */
  id: string
  /** Milliseconds for which the node's event loop has been blocked at least; 0 when it turns. */
  blockedMs: number
}

/** Message about an incarnation that has ended. It is believed for that incarnation only. */
export interface Goodbye {
  name: string
  /** The node's incarnation. */
  id: string
  /** Whether the process died, and its supervisor publishes this in its place. */
  died?: boolean
  /** Whether the supervisor starts the node again. */
  returns?: boolean
  /** Whether it was the last node, and the bucket of names was deleted. */
  last?: boolean
}

export const presenceSubject = (pipeline: string, what: 'hello' | 'beat' | 'goodbye' | '*'): string =>
  `daffi.${pipeline}.presence.${what}`

/** Subject on which one incarnation answers, by its worker thread: so also while a callback blocks the loop. */
export const pingSubject = (
  pipeline: string,
  { name, incarnation }: Pick<PeerRecord, 'name' | 'incarnation'>,
): string => `daffi.${pipeline}.node.${name}.ping.${incarnation}`

const isArity = mapOf<Arity>({ min: orNull(isCount), max: orNull(isCount) })

const isRecord = mapOf<PeerRecord>({
  name: isName,
  incarnation: isName,
  host: isText,
  pid: isCount,
  processTable: isText,
  started: orNull(isCount),
  graceMs: isMeasure,
  callbacks: recordOf(isName, isArity),
  socket: orAbsent(mapOf<SocketAddress>({ path: isText, nonce: isName })),
  pages: orAbsent((value) => isCount(value) && Number(value) <= MAX_PAGES),
})

const isHeartbeat = mapOf<Heartbeat>({ name: isName, id: isName, blockedMs: isMeasure })

const isGoodbye = mapOf<Goodbye>({
  name: isName,
  id: isName,
  died: orAbsent(isBoolean),
  returns: orAbsent(isBoolean),
  last: orAbsent(isBoolean),
})

/** Checks a record that came from the network. Undefined when it is none. */
export function parseRecord(value: unknown): PeerRecord | undefined {
  if (!isRecord(value)) return undefined
  const { name, incarnation, host, pid, processTable, started, graceMs, callbacks, socket, pages } = value
  const record = { name, incarnation, host, pid, processTable, started, graceMs, callbacks }
  return { ...record, ...(socket ? { socket } : {}), ...(pages === undefined ? {} : { pages }) }
}

/** The texts by which a node describes itself: one, or several with some of its callbacks each. @param limit of one, in bytes */
export function pagesOf(record: PeerRecord, limit: number): string[] {
  const others = Buffer.byteLength(JSON.stringify({ ...record, callbacks: {}, pages: MAX_PAGES }))
  const pages = pagesBySize(record.callbacks, limit - others)
  const more = pages.length > 1 ? { pages: pages.length } : {}
  return pages.map((callbacks) => JSON.stringify({ ...record, callbacks, ...more }))
}

/** Checks a heartbeat that came from the network. Undefined when it is none. */
export function parseHeartbeat(value: unknown): Heartbeat | undefined {
  return isHeartbeat(value) ? value : undefined
}

/** Checks a goodbye that came from the network. Undefined when it is none. */
export function parseGoodbye(value: unknown): Goodbye | undefined {
  return isGoodbye(value) ? value : undefined
}
