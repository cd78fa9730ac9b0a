import type { PixelFormat } from './frame.js'

/**
 * A pipeline as the runtime needs it: checked and complete, with absolute paths, times in milliseconds and one node for each
 * replica. Plain data, since it goes to the processes of nodes by IPC.
 */
export interface Plan {
  name: string
  /** Absolute path of the pipeline file. */
  file: string
  /** Folder that contains `.daffi` with the server's files: the project's, or a temporary one in a test. */
  project: string
  server: { url: string | undefined }
  sources: Record<string, SourcePlan>
  nodes: Record<string, NodePlan>
}

export interface NodePlan {
  /** Name of the process, unique in the pipeline; for replicas `process3-1`. */
  name: string
  callbacks: CallbackPlan[]
  calls: CallPlan[]
  restart: RestartPolicy
  env: Record<string, string>
  /** Names of the nodes, each replica by its own, that must be ready first. */
  dependsOn: string[]
}

export const RESTART_POLICIES = ['no', 'on-failure', 'always'] as const
export type RestartPolicy = (typeof RESTART_POLICIES)[number]

export interface CallbackPlan {
  name: string
  file: string
  /** `default`, or the name of the export. */
  export: string
  /** Name of the method, when the export is a class. */
  method?: string
  arity: Arity
  /** Replaces the module in a test. */
  mock?: MockPlan
  /** Whether each call is reported to the process that runs the pipeline, as tests need it. */
  observed?: boolean
}

/** Result of every call of a mocked callback: a value, or an error with this message. */
export type MockPlan = { returns: unknown } | { throws: string }

/** Number of arguments that a callback accepts; null where it cannot be known from the source text. */
export interface Arity {
  min: number | null
  max: number | null
}

export interface CallPlan {
  call: string
  /** Name of the source whose items are streamed; defined only with STREAM. */
  source: string | undefined
  args: unknown[]
  to: string | undefined
  /** Names of the nodes that must be ready before the call starts. */
  waitFor: string[]
  modifier: ModifierPlan
}

/** Times at which a periodic call is due: an interval in milliseconds, times in milliseconds since 1970, or a cron expression. */
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

/** Whether the items of a source come from ffmpeg. */
export function isVideo({ kind }: SourcePlan): boolean {
  return kind !== 'module' && kind !== 'recording'
}

interface VideoPlan {
  /** In pixels. Undefined keeps the size of the input, which ffmpeg reports for raw formats. */
  size: { width: number; height: number } | undefined
  /** Frames per second; undefined keeps the rate of the input. */
  fps: number | undefined
  format: PixelFormat
  /** Number of frames after which the source ends. */
  frames: number | undefined
  /** Additional arguments for ffmpeg, in front of its input. */
  ffmpegArgs: readonly string[]
}

interface LiveVideoPlan extends VideoPlan {
  /** Milliseconds without a frame after which the source counts as stalled and is restarted. */
  stallMs: number
}

export interface CameraPlan extends LiveVideoPlan {
  kind: 'camera'
  /** `test` for ffmpeg's test pattern, else the platform's name of the device. */
  device: string
}

export interface FilePlan extends VideoPlan {
  kind: 'file'
  path: string
  /** Whether frames come at the file's own rate; else as fast as they can be read. */
  paced: boolean
  /** Whether to start again from the beginning at the end of the file. */
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

/** Recording of one source, written by `daffi up --record`. */
export interface RecordingPlan {
  kind: 'recording'
  folder: string
}

/** Name of the file in a recording's folder that lists its items. */
export const RECORDING_INDEX = 'index.jsonl'
