/**
 * What the page is told, as JSON. Nothing is imported here, for the page's modules are compiled for the browser and share
 * these types.
 */
export interface Snapshot {
  pipeline: string
  /** The NATS server, its URL without secrets. */
  server: { url: string; version: string; embedded: boolean }
  /** Whether the server can be reached; the rest is from when it could last. */
  connected: boolean
  /** Milliseconds since the epoch. */
  time: number
  sources: SourceView[]
  nodes: NodeView[]
  calls: CallView[]
  streams: StreamView[]
  /** Those that were not told before. */
  lines: LineView[]
}

export interface SourceView {
  name: string
  /** As in the pipeline file, such as `camera`. */
  kind: string
}

/**
 * As the command that runs it says: `starting`, `ready`, `restarting`, `stopped`, `failed`; `ready` too when it answers and
 * no such command does. `silent` should be ready and does not answer; `absent` is not there.
 */
export type NodeViewState = 'starting' | 'ready' | 'restarting' | 'stopped' | 'failed' | 'silent' | 'absent'

export interface NodeView {
  name: string
  state: NodeViewState
  restarts: number
  error: string | null
  callbacks: string[]
}

/** A call of the pipeline file. */
export interface CallView {
  node: string
  call: string
  modifier: string
  source: string | null
  to: string | null
  /** `open` has not begun as far as is known; `broken`: its source broke off, and is started again. */
  state: 'open' | 'running' | 'broken' | 'done' | 'failed'
  /** How often its source broke off. */
  gaps: number
  error: string | null
}

export interface StreamView {
  /** Unique in the pipeline: its source or callback, with the node's name where that is not enough. */
  name: string
  /** Of its run: a stream that begins again has another. */
  id: string
  call: string
  source: string | null
  from: string
  delivery: string
  state: 'running' | 'ended'
  /** What its items are, when they are pictures. */
  frames: { width: number; height: number; format: string } | null
  items: number
  bytes: number
  /** Items a second, over the last seconds. */
  rate: number
  /** Bytes a second, over the last seconds. */
  byteRate: number
  error: string | null
  receivers: ReceiverView[]
}

export interface ReceiverView {
  name: string
  lane: string
  state: string
  attaches: number
  /** Items processed a second, over the last seconds. */
  rate: number
  /** Items offered and not yet dealt with. */
  lag: number
  processed: number
  dropped: number
  failed: number
  lost: number
  latencyMs: { p50: number; p99: number } | null
  error: string | null
}

export interface LineView {
  number: number
  /** Milliseconds since the epoch. */
  time: number
  node: string
  text: string
}
