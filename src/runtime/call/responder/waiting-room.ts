import { DaffiError } from '../../core/errors.js'
import type { Abort } from '../api/context.js'
import type { CallMessage } from '../channels/call-channel.js'
import { MAX_WAITING_BYTES } from '../invoke/call-gate.js'
import type { Registry } from '../invoke/registry.js'
import type { PeerTable } from '../presence/peer-table.js'
import type { ByteWindow } from '../wire/byte-window.js'
import { partsLength } from '../wire/payload-transfer.js'
import { ANSWER_MS } from '../wire/send-window.js'
import type { IncomingCall } from './incoming-call.js'

const NONE = Buffer.from('[]')

/** A question whether all calls of a node have arrived. */
type Question = Pick<CallMessage, 'respond'>

interface WaitingRoomOptions {
  registry: Registry
  peers: PeerTable
}

/**
 * Bounds the arguments of calls that wait for a turn of their callback. Large ones are fetched when there is room. While small
 * ones are too many, nodes that ask whether theirs have arrived get no answer: so they send no more than their window. Others,
 * who do not ask, are refused.
 */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions
  #questions: { message: Question; until: number }[] = []

  constructor(options: WaitingRoomOptions) {
    this.#options = options
  }

  /**
   * Enters a call. @returns a function to call when its turn has come, or it has ended; a promise when it must wait for room;
   * undefined when its callback has a turn for everybody
   * @param abort whose signal is only made for a call that waits, as it costs more than the rest
   * @throws DaffiError DAFFI_BUSY, DAFFI_BAD_MESSAGE
   */
  enter(call: IncomingCall, abort: Abort): (() => void) | undefined | Promise<() => void> {
    const { registry, peers } = this.#options
    const window = registry.waiting(call.callback)
    if (!window) return undefined
    const bytes =
      call.parts === undefined ? call.message.data.length : partsLength(call.parts, call.message.channel)
    const entering = call.parts === undefined ? undefined : window.enter(bytes, abort.signal)
    if (entering) return entering.then(() => this.#leave(window, bytes))
    if (call.parts === undefined) {
      const isNode = call.id !== undefined && call.from !== undefined && peers.get(call.from) !== undefined
      if (!isNode && window.used > MAX_WAITING_BYTES) throw busy(call.callback)
      window.add(bytes)
    }
    return this.#leave(window, bytes)
  }

  /** Answers a node that asks whether its calls have arrived, once there is room for more. */
  answer(message: Question): void {
    const now = performance.now()
    if (this.#options.registry.hasRoom) message.respond(NONE)
    // Who has not been answered in time has asked again.
    else
      this.#questions = [
        ...this.#questions.filter(({ until }) => until > now),
        { message, until: now + ANSWER_MS },
      ]
  }

  #leave(window: ByteWindow, bytes: number): () => void {
    let isIn = true
    return () => {
      if (!isIn) return
      isIn = false
      window.remove(bytes)
      if (this.#questions.length > 0 && this.#options.registry.hasRoom) this.#answerAll()
    }
  }

  #answerAll(): void {
    for (const { message } of this.#questions) message.respond(NONE)
    this.#questions = []
  }
}

function busy(callback: string): DaffiError {
  return new DaffiError('DAFFI_BUSY', `too many calls of "${callback}" wait for their turn`)
}
