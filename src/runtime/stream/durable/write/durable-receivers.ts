import type { ReceiverAccounts } from '../../common/write/writer-state.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import type { Peer } from '../../protocol/ports.js'

/** Receivers of a durable stream, as its writer knows them. */
export interface DurableReceivers extends ReceiverAccounts {
  /** Ack floor of all receivers together: up to this sequence everything is done, and may be discarded. */
  readonly ackFloor: number
  /** Whether a receiver is present that is not done. */
  readonly present: boolean
  invite(peer: Peer): void
  onProgress(progress: DurableProgress): void
  depart(peer: Peer, how: 'left' | 'died'): void
  /** Incarnations that were invited and have not reported. */
  absent(): string[]
  /** Gets from the server what receivers do not report themselves. */
  refresh(): Promise<void>
  /** Whether the writer waits for a receiver, which may be away, when all is stored up to that sequence. */
  isPending(last: number): boolean
  /** Whether all that is stored up to that sequence is done. */
  isDrained(last: number): boolean
}
