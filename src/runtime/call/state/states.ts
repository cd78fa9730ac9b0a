import type { StreamPorts } from '../../stream/index.js'
import type { OfferedCallback } from '../invoke/registry.js'
import { IncomingState, type CallbackStates, type StatefulStream } from './incoming-state.js'
import { StateBucket } from './state-bucket.js'
import { StateStore } from './state-store.js'

/** States of all callbacks of a node. They stay when the code of a callback is replaced. */
export class States {
  readonly #node: string
  readonly #bucket: StateBucket
  readonly #callbacks = new WeakMap<OfferedCallback, CallbackStates>()

  constructor(ports: StreamPorts) {
    this.#node = ports.self.name
    this.#bucket = new StateBucket(ports)
  }

  /** Opens the states of a stream's items. Nothing is read or made before the first one. */
  incoming(offered: OfferedCallback, open: StatefulStream): IncomingState {
    const found = this.#callbacks.get(offered)
    const states = found ?? { kept: new StateStore(this.#bucket), inMemory: new StateStore() }
    if (!found) this.#callbacks.set(offered, states)
    return new IncomingState({ offered, open, node: this.#node, states })
  }
}
