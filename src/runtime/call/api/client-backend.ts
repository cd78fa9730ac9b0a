import type { DaffiError } from '../../core/errors.js'
import type { ServerInfo } from '../../nats/index.js'
import type { Job } from './job.js'
import type { CallDispatcher } from './pending-call.js'
import type { ScheduledTask } from './scheduled-task.js'

/** The implementation behind a `PipelineClient`. */
export interface ClientBackend {
  pipeline: string
  processName: string
  server: ServerInfo
  peers: KnownPeers
  dispatcher: CallDispatcher
  /** Finds a durable job. @throws DaffiError DAFFI_UNKNOWN_JOB */
  job: (id: string) => Promise<Job>
  schedules: {
    list: () => Promise<ScheduledTask[]>
    /** @throws DaffiError DAFFI_UNKNOWN_SCHEDULE */
    find: (uuid: string) => Promise<ScheduledTask>
  }
  lifetime: Lifetime
}

/** The part of the table of peers that a client waits on. */
interface KnownPeers {
  /** Whether a node of that name is a member, and was heard lately. */
  isAlive(name: string): boolean
  offering(callback: string): readonly { name: string }[]
  /** @param listener called when a node has joined, or is heard again @returns a function that removes it */
  onAlive(listener: () => void): () => void
}

/** The end of a client's membership, as its users see it. */
interface Lifetime {
  /** True from the moment that the client begins to leave. */
  readonly isClosing: boolean
  /** The error because of which the client leaves; undefined for one that leaves as it was told. */
  readonly failure: DaffiError | undefined
  /** Settles when the client has left; rejects with the error because of which it had to leave. */
  readonly ended: Promise<void>
  /** Leaves the pipeline. Can be called again: each call resolves when the client has left. */
  stop(): Promise<void>
}
