import type { Untyped } from '../api/call.js'
import { openConnection, type ConnectOptions } from './connect.js'
import type { JoinOptions } from './join-options.js'
import { Member } from '../api/pipeline-client.js'
import { openMembership } from './open-client.js'

/** A member of a pipeline, and the way to become one. */
export class Global<C = Untyped> extends Member<C> {
  /**
   * Takes part in a pipeline from a program of your own.
   * @throws DaffiError DAFFI_DUPLICATE_NAME when another live process has the name, and what finding the server throws
   */
  static async connect<C = Untyped>(options: ConnectOptions = {}): Promise<Global<C>> {
    const g = await openConnection(options, (membership) => new Global(membership))
    // The types are the caller's word on what other nodes offer: nothing of them is there at run time.
    return g as Global<unknown> as Global<C>
  }
}

/** Takes part in a pipeline through a server that has been found. */
export async function joinPipeline(options: JoinOptions): Promise<Global> {
  return await openMembership(options, (membership) => new Global(membership))
}
