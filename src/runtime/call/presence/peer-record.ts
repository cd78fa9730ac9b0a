import type { Arity } from '../../core/plan.js'
import { isToken } from '../../core/names.js'

/** What a node says of itself: in its claim, and in its hello. */
export interface PeerRecord {
  name: string
  /** Tells this run of the node from an earlier one of the same name. */
  incarnation: string
  host: string
  pid: number
  callbacks: Record<string, Arity>
}

export interface Beat {
  id: string
  /** Milliseconds for which the node's event loop has been blocked. */
  blockedMs: number
}

export interface Goodbye {
  name: string
  /** Absent when a supervisor says it for a child that died. */
  id?: string
  /** The last one to leave has taken the bucket of names with it. */
  last?: boolean
}

/** Beats come once a second; three missed and the node is gone. */
export const BEAT_MS = 1000
export const GONE_MS = 3 * BEAT_MS + BEAT_MS / 2

export const presenceSubject = (pipeline: string, what: 'hello' | 'beat' | 'goodbye' | '*'): string =>
  `daffi.${pipeline}.presence.${what}`

/** Answered by the worker thread of that very run of the node, so also while a callback blocks the loop. */
export const pingSubject = (pipeline: string, { name, incarnation }: PeerRecord): string =>
  `daffi.${pipeline}.node.${name}.ping.${incarnation}`

/** What comes from the network is checked before it is believed. */
export function parseRecord(value: unknown): PeerRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { name, incarnation, host, pid, callbacks } = value as Record<keyof PeerRecord, unknown>
  if (typeof name !== 'string' || !isToken(name)) return undefined
  if (typeof incarnation !== 'string' || typeof host !== 'string' || typeof pid !== 'number') return undefined
  if (typeof callbacks !== 'object' || callbacks === null) return undefined
  return { name, incarnation, host, pid, callbacks: callbacks as PeerRecord['callbacks'] }
}
