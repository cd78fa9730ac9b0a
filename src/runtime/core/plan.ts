import type { PixelFormat } from './frame.js'

/**
 * A pipeline as the runtime needs it: checked, complete, with absolute paths and times in milliseconds,
 * replicas written out, and plain enough to cross to a node's process by IPC.
 */
export interface Plan {
  name: string
  /** The pipeline file. */
  file: string
  /** Folder that holds `.daffi`, with what belongs to the server: the project's, or in a test one of its own. */
  project: string
  server: { url: string | undefined }
  sources: Record<string, SourcePlan>
  nodes: Record<string, NodePlan>
}

export interface NodePlan {
  /** Unique in the pipeline; for replicas `process3-1`. */
  name: string
  callbacks: CallbackPlan[]
  calls: CallPlan[]
  restart: RestartPolicy
  env: Record<string, string>
  /** Names of nodes (replicas written out) that must be ready first. */
  dependsOn: string[]
}

export const RESTART_POLICIES = ['no', 'on-failure', 'always'] as const
export type RestartPolicy = (typeof RESTART_POLICIES)[number]

export interface CallbackPlan {
  name: string
  file: string
  /** `default`, or the name of the export. */
  export: string
  /** When the export is a class: which of its methods. */
  method?: string
  arity: Arity
  /** Takes the module's place in a test. */
  mock?: MockPlan
  /** Whether each call of it is told to whoever runs the pipeline, as tests need it. */
  observed?: boolean
}

/** What every call of a mocked callback comes to: a value, or an error of that message. */
export type MockPlan = { returns: unknown } | { throws: string }

/** How many arguments a callback takes; null where a parser can't tell. */
export interface Arity {
  min: number | null
  max: number | null
}

export interface CallPlan {
  call: string
  /** Name of the source whose items are streamed; only with STREAM. */
  source: string | undefined
  args: unknown[]
  to: string | undefined
  /** Nodes that must be there before the call starts. */
  waitFor: string[]
  modifier: ModifierPlan
}

/** When a periodic call is due: every so many milliseconds, at times in milliseconds since the epoch, or by cron. */
export type ScheduleSpec = { intervalMs: number } | { at: number[] } | { cron: string }

export type ModifierPlan =
  | { kind: 'FG'; timeoutMs: number }
  | { kind: 'BG'; timeoutMs: number; etaMs: number; durable: boolean }
  | { kind: 'NO_RETURN'; etaMs: number }
  | { kind: 'BROADCAST'; timeoutMs: number; etaMs: number; returnResult: boolean }
  | { kind: 'PERIOD'; schedule: ScheduleSpec }
  | StreamPlan

/** Options of a STREAM; undefined where the default depends on what is streamed. */
export interface StreamPlan {
  kind: 'STREAM'
  delivery: Delivery | undefined
  /** Identity of a durable stream. */
  name: string | undefined
  buffer: number
  onError: OnError | undefined
  retry: RetryPolicy
  retention: Retention
  /** The nodes that offer the callback divide the items among them; else each gets all. */
  share: boolean
  batch: Batching
  shm: SharedMemory
}

/** How often a callback gets an item that it fails with, and the pauses between, each `backoff` times the one before. */
export interface RetryPolicy {
  /** The first one included. */
  attempts: number
  delayMs: number
  backoff: number
}

export const RETRY: RetryPolicy = { attempts: 5, delayMs: 1000, backoff: 2 }

/** What a durable stream keeps at most. */
export interface Retention {
  ageMs: number
  bytes: number
}

export const RETENTION: Retention = { ageMs: 24 * 3600 * 1000, bytes: 1024 ** 3 }
/** Room for a batch; and for a receiver to be away for a moment. */
export const LEAST_RETENTION: Retention = { ageMs: 60_000, bytes: 1024 ** 2 }

/** How small items are packed together. */
export interface Batching {
  /** What a batch holds before it goes out. */
  bytes: number
  /** The longest that it stays open while an earlier one is under way. */
  lingerMs: number
}

export const BATCH: Batching = { bytes: 128 * 1024, lingerMs: 2 }
export const MOST_BATCH: Batching = { bytes: 1024 ** 2, lingerMs: 10_000 }

/** The most that a ring of shared memory may take; false leaves all receivers to the server. */
export type SharedMemory = { bytes: number } | false

/** Most streams need far less. */
export const SHM = { bytes: 256 * 1024 ** 2 }
export const LEAST_SHM_BYTES = 1024 ** 2

export const DELIVERIES = ['live', 'lossless', 'durable'] as const
export type Delivery = (typeof DELIVERIES)[number]

export const ON_ERROR = ['stop', 'skip', 'retry'] as const
export type OnError = (typeof ON_ERROR)[number]

export type SourcePlan = CameraPlan | FilePlan | NetworkPlan | ModulePlan | RecordingPlan

/** Whether its items come through ffmpeg. */
export function isVideo({ kind }: SourcePlan): boolean {
  return kind !== 'module' && kind !== 'recording'
}

interface VideoPlan {
  /** Pixels; undefined leaves it as the input has it, which for raw formats is found by asking the input. */
  size: { width: number; height: number } | undefined
  /** Frames a second; undefined leaves it as the input has it. */
  fps: number | undefined
  format: PixelFormat
  /** Ends the source after so many frames. */
  frames: number | undefined
  /** More arguments for ffmpeg, before its input. */
  ffmpegArgs: readonly string[]
}

interface LiveVideoPlan extends VideoPlan {
  /** Milliseconds without a picture after which it is taken for dead. */
  stallMs: number
}

export interface CameraPlan extends LiveVideoPlan {
  kind: 'camera'
  /** `test` is ffmpeg's own pattern, else a device as the platform names it. */
  device: string
}

export interface FilePlan extends VideoPlan {
  kind: 'file'
  path: string
  /** At the file's own speed rather than as fast as it can be read. */
  paced: boolean
  /** From the beginning again when it ends. */
  loop: boolean
}

export interface NetworkPlan extends LiveVideoPlan {
  kind: 'rtsp' | 'http'
  url: string
}

export interface ModulePlan {
  kind: 'module'
  file: string
  /** `default`, or the name of the export. */
  export: string
  args: unknown
}

/** What `daffi up --record` has written of one source. */
export interface RecordingPlan {
  kind: 'recording'
  folder: string
}

/** The file in a recording's folder that says what its items are. */
export const RECORDING_INDEX = 'index.jsonl'
