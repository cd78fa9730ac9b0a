import { drained } from '../common/drained.js'
import type { Host } from './host.js'

/** Lets the calls and streams that have begun finish, up to the time limit for draining, and leaves the pipeline. */
export async function drainAndLeave(host: Host): Promise<void> {
  host.drain(false)
  await drained(host.settled)
  await host.leave()
}
