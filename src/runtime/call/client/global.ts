import type { Untyped } from '../api/call.js'
import type { ClientBackend } from '../api/client-backend.js'
import { PipelineClient } from '../api/pipeline-client.js'
import type { CallTiming } from '../wire/timing.js'
import { connectPatiently } from './connect-patiently.js'
import { openConnection, type ConnectOptions } from './connect.js'
import type { JoinOptions } from './join-options.js'
import { openClient, type HostControl } from './open-client.js'

let makeGlobal: (backend: ClientBackend) => Global

/** A process's membership in a pipeline, which `Global.connect` creates. */
export class Global<C = Untyped> extends PipelineClient<C> {
  static {
    // Only this file makes one: the constructor is not part of the public interface.
    makeGlobal = (backend) => new Global(backend)
  }

  /**
   * Joins a pipeline from a program of your own.
   * @throws DaffiError DAFFI_DUPLICATE_NAME when another live process has the name, and those of finding the server
   * @example
   * const g = await Global.connect<typeof import('./callbacks/shop.js')>({
   *   processName: 'cashier',
   *   callbacks: { pay: (amount: number) => `paid ${amount}` },
   * })
   */
  static async connect<C = Untyped>(options: ConnectOptions = {}): Promise<Global<C>> {
    return typed(await openConnection(options, makeGlobal))
  }
}

/** Connects as `Global.connect` does, but with other times than those of the protocol, so that tests need not wait. */
export async function connectWithTiming<C = Untyped>(
  options: ConnectOptions,
  timing: Partial<CallTiming>,
): Promise<Global<C>> {
  return typed(await openConnection(options, makeGlobal, timing))
}

/** Joins a pipeline through a server that has been found. */
export async function joinPipeline(options: JoinOptions): Promise<Global> {
  return (await openClient(options, makeGlobal)).g
}

/** Joins a pipeline as `joinPipeline` does, also while its server is started again, and returns control over the node, too. */
export async function joinAsHost(options: JoinOptions): Promise<{ g: Global; control: HostControl }> {
  return await connectPatiently(() => openClient(options, makeGlobal), options)
}

/** The type `C` is the caller's claim: nothing checks it at run time. */
function typed<C>(g: Global): Global<C> {
  return g as Global<unknown> as Global<C>
}
