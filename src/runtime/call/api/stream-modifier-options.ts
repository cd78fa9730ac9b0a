import type { Bytes } from '../../core/bytes.js'
import type { Duration } from '../../core/duration.js'
import type { Delivery, OnError } from '../../core/stream/stream-options.js'
import type { StreamSummary } from '../../core/plan/summary.js'

/** Options of STREAM, which sends the items of an iterable. */
export interface StreamModifierOptions {
  /**
   * `lossless`: the slowest receiver sets the pace. `live` never slows the source: the newest item wins. `durable`
   * keeps the items on the server's disk, so that the stream continues after a crash of writer, receivers or server.
   * @default 'lossless'
   */
  delivery?: Delivery | undefined
  /**
   * Number of items that a live receiver may hold before the newest replaces the oldest, at least 1.
   * @default 2
   */
  buffer?: number | undefined
  /**
   * Action of a receiver after an error in the callback: `stop` ends that receiver, `skip` counts the item as failed,
   * logs the error and continues, `retry` gives the callback the item again.
   * @default 'retry' for a durable stream, 'skip' for a live one, else 'stop'
   */
  onError?: OnError | undefined
  /**
   * Longest time that a lossless stream is held back for receivers that are away: when no other is present, or when
   * their supervisor starts them again. Then it goes on without them, or ends with an error when none is left. Seconds
   * when it is a number, or text such as `2m`.
   * @default '30s'
   */
  patience?: Duration | undefined
  /**
   * Whether the nodes that offer the callback divide the items among them, each item going to the least busy one;
   * otherwise every node gets every item. The items that a crashed node had not finished go to another when the stream
   * is durable, else they count as lost. `by`: path of a key, such as `sensor.id`, or a function of the item; items of
   * one key go to one node, in order. Not for durable streams.
   * @default false
   */
  share?: boolean | { by: string | ((item: unknown) => unknown) } | undefined
  /**
   * Packing of small items. Items that are shared are sent one by one.
   *
   * `bytes`: size of a batch before it is sent, at most 1 MiB: bytes when it is a number, or text such as `64 KiB`.
   * `linger`: longest time that a batch stays open while an earlier one is on its way, at most 10 s: seconds when it is
   * a number, or text such as `5ms`.
   * @default { bytes: '128 KiB', linger: '2ms' }
   */
  batch?: { bytes?: Bytes; linger?: Duration } | undefined
  /**
   * Limit of the ring of shared memory, at least 1 MiB: bytes when it is a number, or text such as `64 MiB`. `false`
   * sends all items through the server.
   * @default { bytes: '256 MiB' }
   */
  shm?: { bytes?: Bytes } | false | undefined
  /**
   * Attempts for `onError: 'retry'`. An item that fails them all counts as failed; in a durable stream it becomes a
   * dead letter.
   *
   * `attempts`: number of attempts in all. `delay`: pause before the second, in seconds when it is a number, or text
   * such as `500ms`. `backoff`: factor by which each further pause is longer, at least 1.
   * @default { attempts: 5, delay: '1s', backoff: 2 }
   */
  retry?: { attempts?: number; delay?: Duration; backoff?: number } | undefined
  /** Identity of a durable stream, to resume an unfinished one. @default made of this process's name, `source`, callback and `as` */
  name?: string | undefined
  /**
   * Limits of what a durable stream keeps.
   *
   * `age`: items older than this are deleted, and count as lost for a receiver that has not processed them; at least a
   * minute: seconds when it is a number, or text such as `12h`. `bytes`: at this limit processed items are deleted, and
   * the writer waits while there are none; at least 1 MiB: bytes when it is a number, or text such as `4 GiB`.
   * @default { age: '24h', bytes: '1 GiB' }
   */
  retention?: { age?: Duration; bytes?: Bytes } | undefined
  /**
   * With `source`, the receiver gets the results of all nodes that stream on from the same callback in the order of their source.
   * For `resultsOf`; the items of an iterable are in order. @default as the results come
   */
  order?: 'source' | undefined
  /**
   * Early results of each stream that wait for their turn with `order`.
   * @default { items: 1000, bytes: '64 MiB' }
   */
  window?: { items?: number; bytes?: Bytes } | undefined
  /**
   * When the window is full: `wait` holds back the nodes that are ahead; `skip` gives up the late results, which count as dropped.
   * @default 'skip' for live streams, else 'wait'
   */
  late?: 'wait' | 'skip' | undefined
  /** Name of the source in the summary. @default none, which is null in the summary */
  source?: string | undefined
  /** Callback of this process whose results are streamed, for the items of streams to it, until those end. @default none */
  resultsOf?: string | undefined
  /** Name under which a callback with the option `join` gets the items; not with `share`. @default none */
  as?: string | undefined
  /** Called at the first item, then a few times a second. @default none */
  onProgress?: (snapshot: StreamSummary) => void
  /**
   * If this signal is already aborted when the iterable ends, the stream counts as interrupted: a durable stream can be
   * resumed later.
   */
  stopping?: AbortSignal | undefined
  /** Ends the stream at once when it aborts. To let receivers finish, end the iterable instead. @default none */
  signal?: AbortSignal | undefined
}
