/** Streams of one pipeline: each delivery on each of its lanes, by the name of its callback. */
export const KINDS = {
  live: { delivery: 'live' },
  live_js: { delivery: 'live', shm: false },
  lossless: { delivery: 'lossless' },
  lossless_js: { delivery: 'lossless', shm: false },
  lossless_shared: { delivery: 'lossless', share: true },
  lossless_shared_js: { delivery: 'lossless', share: true, shm: false },
  durable: { delivery: 'durable' },
  durable_shared: { delivery: 'durable', share: true },
}

const RETENTION = { age: '1h', bytes: '64 MiB' }

/** Options of STREAM for a kind. */
export const streamOptions = (kind) => {
  const options = KINDS[kind]
  return options.delivery === 'durable' ? { ...options, name: kind, retention: RETENTION } : options
}

export const isDurable = (kind) => KINDS[kind].delivery === 'durable'
export const isLive = (kind) => KINDS[kind].delivery === 'live'
export const isShared = (kind) => KINDS[kind].share === true
