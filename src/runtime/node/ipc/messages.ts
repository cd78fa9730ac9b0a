import type { ErrorRecord } from '../../core/errors.js'
import type { LogLevel } from '../../core/logger.js'
import type { CallbackPlan, NodePlan, SourcePlan } from '../../core/plan.js'
import type { StreamSummary } from '../../core/summary.js'
import type { SourceEvent } from '../../source/index.js'
import type { ServerAddress, ServerInfo } from '../../nats/index.js'

/** All that one node's process needs; it is sent by IPC, since the address holds the server's token. */
export interface NodeSetup {
  pipeline: string
  /** The project's folder, whose `.daffi` keeps transpiled modules. */
  project: string
  server: { address: ServerAddress; info: ServerInfo }
  node: NodePlan
  /** The sources that the node's calls use. */
  sources: Record<string, SourcePlan>
  logLevel: LogLevel
  /** The callbacks' modules and what they import, the imported first, to be reloaded when they change; undefined for never. */
  modules: string[] | undefined
  /** Folder in which each source is recorded, in a folder of its own; undefined for none. */
  record: string | undefined
}

/**
 * What the supervisor asks of a node. `drain`: sources end, streams run out, no new call begins. `leave`: finish what runs
 * and exit. `reload`: run these modules anew, and offer what they have now.
 */
export type NodeOrder =
  | { type: 'setup'; setup: NodeSetup }
  | { type: 'drain' }
  | { type: 'leave' }
  | { type: 'reload'; modules: string[]; callbacks: CallbackPlan[] }

/** What became of one call, or of the source that it streams. `index` is its place among the node's calls. */
export type CallReport =
  | { type: 'call'; index: number; value: unknown; error: ErrorRecord | null }
  | (SourceEvent & { index: number })
  | { type: 'progress'; index: number; summary: StreamSummary }
  | { type: 'stream'; index: number; summary: StreamSummary | null; error: ErrorRecord | null }

/** A call of an observed callback, before it runs. */
export interface CalledReport {
  type: 'called'
  callback: string
  /** As JSON can carry them; bytes as `sha256:` and their digest. */
  args: unknown[]
  /** SHA-256 of all that this process's callback has been given, in order: bytes as they are, other values in MessagePack. */
  hash: string
}

/**
 * What a node tells. `ready`: connected, with every callback loaded and offered. `settled`: no call is left to run.
 * `reloaded`: the new code is in place, or with an error the old one goes on.
 */
export type NodeReport =
  | CallReport
  | CalledReport
  | { type: 'ready' }
  | { type: 'settled' }
  | { type: 'reloaded'; error: ErrorRecord | null }
  | { type: 'failed'; error: ErrorRecord }

export function isCallReport(report: NodeReport): report is CallReport {
  return 'index' in report
}
