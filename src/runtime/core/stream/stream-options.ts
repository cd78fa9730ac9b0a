import type { Settings } from './parse-options.js'

export const DELIVERIES = ['live', 'lossless', 'durable'] as const
/** Promise of a stream: `live` takes the newest item, `lossless` waits for the slowest receiver, `durable` keeps items on disk. */
export type Delivery = (typeof DELIVERIES)[number]

export const ON_ERROR = ['stop', 'skip', 'retry'] as const
/** Action of a receiver when its callback fails with an item. */
export type OnError = (typeof ON_ERROR)[number]

/**
 * All options of STREAM, once: name, type, limits, default and meaning. The schema of pipeline files, the check of a program's
 * options and the table in the docs are made from it. Names are those of the library; a pipeline file writes `on_error`.
 */
export const STREAM_OPTIONS = {
  delivery: {
    type: 'choice',
    values: DELIVERIES,
    defaultText: '`live` for cameras, `rtsp` and `http`; else `lossless`',
    text: 'live: the newest item wins; lossless: the slowest receiver sets the pace; durable: items are kept on disk until every receiver is done, over crashes of all processes.',
  },
  name: {
    type: 'name',
    defaultText: "made of the call's node, source and callback",
    text: 'Identity of a durable stream, under which an unfinished one is resumed.',
  },
  buffer: {
    type: 'count',
    min: 1,
    default: 2,
    text: 'Items that a live receiver may hold before the newest pushes out the oldest.',
  },
  onError: {
    type: 'choice',
    values: ON_ERROR,
    defaultText: '`stop`; live: `skip`; durable: `retry`',
    text: 'Action of a receiver when its callback throws: stop ends it, skip counts the item as failed, logs the error and goes on, retry gives it the item again.',
  },
  retry: {
    type: 'group',
    text: 'Attempts for on_error: retry.',
    options: {
      attempts: { type: 'count', min: 1, default: 5, text: 'Number of attempts in all.' },
      delay: { type: 'duration', default: '1s', text: 'Pause before the second attempt.' },
      backoff: {
        type: 'number',
        min: 1,
        default: 2,
        text: 'Factor by which each further pause is longer.',
      },
    },
  },
  patience: {
    type: 'duration',
    default: '30s',
    text: 'Longest time that a lossless stream is held back for receivers that are away, when no other is present or the supervisor starts them again; then it goes on without them, or ends with an error.',
  },
  share: {
    type: 'group',
    orBoolean: true,
    default: false,
    text: 'true: the nodes that offer the callback divide the items among them, each item going to the least loaded node; with by, all items of one key go to one node.',
    options: {
      by: {
        type: 'path',
        text: 'Path of the key in each item, such as sensor.id; not for durable streams.',
      },
    },
  },
  order: {
    type: 'choice',
    values: ['source'],
    defaultText: 'as the results come',
    text: 'source: with results_of, the receiver gets the results of all nodes that stream on from the same callback in the order of their source, though the work was divided.',
  },
  window: {
    type: 'group',
    text: 'Results that came early, and wait for their turn with order: source; of each stream.',
    options: {
      items: {
        type: 'count',
        min: 1,
        default: 1000,
        text: 'Number of early results at which the window is full.',
      },
      bytes: {
        type: 'bytes',
        min: '1 MiB',
        default: '64 MiB',
        text: 'Size of the early results at which it is full.',
      },
    },
  },
  late: {
    type: 'choice',
    values: ['wait', 'skip'],
    defaultText: '`skip` for live streams; else `wait`',
    text: 'With order: source, when the window is full: wait holds back the nodes that are ahead; skip gives up the late results, which count as dropped when they come.',
  },
  batch: {
    type: 'group',
    text: 'Packing of small items. Items of a shared stream are not packed.',
    options: {
      bytes: {
        type: 'bytes',
        min: '1 B',
        max: '1 MiB',
        default: '128 KiB',
        text: 'Size at which a batch is sent.',
      },
      linger: {
        type: 'duration',
        max: '10s',
        default: '2ms',
        text: 'Longest time that a batch stays open while an earlier one is on its way.',
      },
    },
  },
  shm: {
    type: 'group',
    orFalse: true,
    text: 'Shared memory between processes of one host; false: all receivers get the items through the server.',
    options: {
      bytes: { type: 'bytes', min: '1 MiB', default: '256 MiB', text: 'Largest size of the ring.' },
    },
  },
  retention: {
    type: 'group',
    text: 'Limits of what a durable stream keeps.',
    options: {
      age: {
        type: 'duration',
        min: '1m',
        default: '24h',
        text: 'Longest time that an item is kept, processed or not.',
      },
      bytes: {
        type: 'bytes',
        min: '1 MiB',
        default: '1 GiB',
        text: 'Bytes that are kept in all; the writer waits rather than discard items that a receiver has not processed.',
      },
    },
  },
} as const

/** Checked options of a STREAM, with times in milliseconds; undefined where the default depends on what is streamed. */
export type StreamSettings = Settings<typeof STREAM_OPTIONS>

/** Division of the items among the receivers: none, each to the least loaded one, or by a key that they have. */
export type Share = StreamSettings['share']
/** Attempts that a callback has with an item it fails with, and the pauses between, each `backoff` times the one before. */
export type RetryPolicy = StreamSettings['retry']
/** Limits of what a durable stream keeps. */
export type Retention = StreamSettings['retention']
/** Packing of small items. */
export type Batching = StreamSettings['batch']
/** Largest size of a ring of shared memory; false: all receivers use the server. */
export type SharedMemory = StreamSettings['shm']
