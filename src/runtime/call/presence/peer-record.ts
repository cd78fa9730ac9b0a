import type { Arity } from '../../core/plan/plan.js'
import { isToken } from '../../core/names.js'

/** Description of a node, as it stands in its claim of a name and in its hello. */
export interface PeerRecord {
  name: string
  /** Random id of this incarnation of the node; the next process of the same name has another one. */
  incarnation: string
  host: string
  pid: number
  callbacks: Record<string, Arity>
}

/** Message of a heartbeat. */
export interface Heartbeat {
  /** The node's incarnation. */
  id: string
  /** Milliseconds for which the node's event loop has been blocked. */
  blockedMs: number
}

/** Message of a node that leaves, or of the supervisor of one that died. */
export interface Goodbye {
  name: string
  /** The node's incarnation. */
  id: string
  /** Whether the supervisor starts it again; present only when the supervisor sends this, for a child that died. */
  returns?: boolean
  /** Whether it was the last node, and has deleted the bucket of names. */
  last?: boolean
}

export const presenceSubject = (pipeline: string, what: 'hello' | 'beat' | 'goodbye' | '*'): string =>
  `daffi.${pipeline}.presence.${what}`

/** Subject on which one incarnation answers, by its worker thread: so also while a callback blocks the loop. */
export const pingSubject = (pipeline: string, { name, incarnation }: PeerRecord): string =>
  `daffi.${pipeline}.node.${name}.ping.${incarnation}`

/** Checks a record that came from the network. Undefined when it is none. */
export function parseRecord(value: unknown): PeerRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { name, incarnation, host, pid, callbacks } = value as Record<keyof PeerRecord, unknown>
  if (typeof name !== 'string' || !isToken(name)) return undefined
  if (typeof incarnation !== 'string' || typeof host !== 'string' || typeof pid !== 'number') return undefined
  if (typeof callbacks !== 'object' || callbacks === null) return undefined
  return { name, incarnation, host, pid, callbacks: callbacks as PeerRecord['callbacks'] }
}
