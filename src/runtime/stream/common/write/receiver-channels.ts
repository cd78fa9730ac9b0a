import type { UnixChannel } from '../../../unix/index.js'

/** Channels to a stream's receivers on this host. The others, and those whose channel has closed, are reached through the server. */
export class ReceiverChannels {
  readonly #channels = new Map<string, UnixChannel>()
  readonly #others = new Set<string>()

  /** Notes the way by which a receiver reports, and is to be told. @param channel undefined for the server */
  onProgress(incarnation: string, channel: UnixChannel | undefined): void {
    if (this.#channels.get(incarnation) === channel && channel) return
    if (channel) {
      this.#channels.set(incarnation, channel)
      this.#others.delete(incarnation)
    } else {
      this.#channels.delete(incarnation)
      this.#others.add(incarnation)
    }
  }

  forget(incarnation: string): void {
    this.#channels.delete(incarnation)
    this.#others.delete(incarnation)
  }

  /** Sends a message to the receivers on this host at once, so that they wake up meanwhile. @returns whether there are no others */
  send(subject: string, bytes: Uint8Array): boolean {
    for (const [incarnation, channel] of this.#channels) {
      if (channel.send(subject, bytes)) channel.flush()
      else this.onProgress(incarnation, undefined)
    }
    return this.#others.size === 0 && this.#channels.size > 0
  }
}
