import type { Callback } from '../../callback/index.js'
import type { ServerInfo } from '../../nats/index.js'
import type { Job } from './job.js'
import type { Carrier } from './pending-call.js'
import type { Peers } from '../presence/peers.js'
import type { ScheduledTask } from '../schedules/schedule-record.js'

/** What stands behind a member. */
export interface Membership {
  pipeline: string
  processName: string
  server: ServerInfo
  peers: Peers
  carrier: Carrier
  /** A durable job by its id. @throws DaffiError DAFFI_UNKNOWN_JOB */
  job: (id: string) => Promise<Job>
  schedules: {
    list: () => Promise<ScheduledTask[]>
    /** @throws DaffiError DAFFI_UNKNOWN_SCHEDULE */
    find: (uuid: string) => Promise<ScheduledTask>
  }
  /** Puts new code in place of callbacks' old one, and tells the others how many arguments they take now. */
  renew: (callbacks: readonly Callback[]) => Promise<void>
  /** Finishes the running callbacks, leaves, and closes what was opened. */
  leave: () => Promise<void>
}
