import type { PixelFormat } from '../frame.js'
import type { LogLevel } from '../logger.js'
import type { CallbackSettings } from './callback-options.js'
import type { HealthPlan, OnFailure, RestartPlan } from './node-options.js'
import type { ServerChoice } from './server-choice.js'
import type { RetryPolicy, StreamSettings } from '../stream/stream-options.js'

/**
 * A pipeline as the runtime needs it: checked and complete, with absolute paths, times in milliseconds and one node for each
 * replica. Plain data, since it goes to the processes of nodes by IPC.
 */
export interface Plan {
  name: string
  /** Absolute path of the pipeline file. */
  file: string
  /** Choices with which the file was read. */
  inputs: PipelineInputs
  /** Absolute paths of all files that were read for it, modules apart, and of a `.env` that would be read if it were there. */
  read: string[]
  /** Folder that contains `.daffi` with the server's files: the project's, or a temporary one in a test. */
  project: string
  /** The server that the file names; without a URL the project's own. */
  server: ServerChoice
  sources: SourcePlans
  /** Absolute paths of the folders in which callbacks are looked up. */
  callbackFolders: string[]
  nodes: Record<string, NodePlan>
  /** Limits of the dead letters, which the run sets; absent where the file says nothing, and those that are set hold. */
  deadLetters?: DeadLetterPlan
  /** Pauses of sources, by the source; present only in a test that has some. */
  stalls?: StallPlans | undefined
}

export interface DeadLetterPlan {
  ageMs: number | undefined
  bytes: number | undefined
}

/** Pauses of sources, by the source. */
export type StallPlans = Record<string, StallPlan[]>

/** Pause of a source that a test asks for. */
export interface StallPlan {
  /** Source or view whose items are counted. */
  output: string
  /** Number of its items after which the pause begins. */
  after: number
  ms: number
}

/** Choices with which a pipeline file is read, beside the environment. */
export interface PipelineInputs {
  /** Files that are merged over it, each over those before it. */
  overrides: readonly string[]
  /** Files of values for placeholders, in place of `.env`. */
  envFiles: readonly string[]
  /** Profiles that are active. */
  profiles: readonly string[]
  /** Nodes that take part whatever their profiles are. */
  nodes: readonly string[]
}

export interface NodePlan {
  /** Name of the process, unique in the pipeline; for replicas `process3-1`. */
  name: string
  /** Name of the node in the pipeline file whose replica it is; absent of one without replicas. */
  replicaOf?: string
  callbacks: CallbackPlan[]
  calls: CallPlan[]
  restart: RestartPlan
  /** Fate of the run when the node has failed for good. */
  onFailure: OnFailure
  health: HealthPlan
  /** Time that the node has to leave once it is told to, after which its process is killed. */
  stopTimeoutMs: number
  /** Profiles of the node; absent without any. */
  profiles?: readonly string[]
  /** Least level of the node's own log lines, in place of that of the command. */
  logLevel?: LogLevel
  /** Time for which others wait for the node when it is silent and may be out of reach. */
  graceMs: number
  env: Record<string, string>
  /** Names of the nodes, each replica by its own, that must be ready first. */
  dependsOn: string[]
}

/** Most processes of one node of the pipeline file. */
export const MAX_REPLICAS = 1000

export interface CallbackPlan {
  name: string
  file: string
  /** `default`, or the name of the export. */
  export: string
  /** Name of the method, when the export is a class. */
  method?: string
  arity: Arity
  /** Options in the pipeline file, which overrule those of the module. */
  options?: CallbackSettings
  /** Names that calls of the pipeline file give with `as`; absent without any. */
  sides?: readonly string[]
  /** Replaces the module in a test. */
  mock?: MockPlan
  /** Whether each call is reported to the process that runs the pipeline, as tests need it. */
  observed?: boolean
  /** Times by which calls take longer in a test, each from that call of the process on, counted from 1. */
  slow?: { ms: number; from: number }[]
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
  /** Name of the callback of the node whose results are streamed, in place of a source; defined only with STREAM. */
  resultsOf: string | undefined
  /** Side of a join that the stream is; absent for other calls. */
  as?: string
  args: unknown[]
  to: string | undefined
  /** Names of the nodes that must be ready before the call starts. */
  waitFor: string[]
  modifier: ModifierPlan
}

/**
 * Times at which a periodic call is due: an interval in milliseconds, times in milliseconds since 1970, or a cron expression, in UTC
 * when it has no time zone.
 */
export type ScheduleSpec = { intervalMs: number } | { at: number[] } | { cron: string; timeZone?: string }

/** Conduct of a call while there is no room for its arguments; it waits by default. */
export interface BusyPlan {
  busy?: 'wait' | 'fail'
}

export type ModifierPlan =
  | ({ kind: 'FG'; timeoutMs: number } & BusyPlan)
  | ({
      kind: 'BG'
      timeoutMs: number
      etaMs: number
      durable: boolean
      retry?: RetryPolicy
      id?: string
    } & BusyPlan)
  | ({ kind: 'NO_RETURN'; etaMs: number } & BusyPlan)
  | ({ kind: 'BROADCAST'; timeoutMs: number; etaMs: number; returnResult: boolean } & BusyPlan)
  | { kind: 'PERIOD'; schedule: ScheduleSpec }
  | StreamPlan

/** Options of a STREAM, checked; undefined where the default depends on what is streamed. */
export type StreamPlan = { kind: 'STREAM' } & StreamSettings

/** Sources and their views, by name. */
export type SourcePlans = Record<string, SourcePlan | ViewPlan>

export type SourcePlan = VideoSourcePlan | ModulePlan | RecordingPlan | ListPlan

/** Sources that ffmpeg reads. */
export type VideoSourcePlan = CameraPlan | FilePlan | NetworkPlan

/** Whether the items of a source come from ffmpeg. */
export function isVideo(plan: SourcePlan): plan is VideoSourcePlan {
  return plan.kind !== 'module' && plan.kind !== 'recording' && plan.kind !== 'list'
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
  /** Where the camera may redirect to. */
  redirects: Redirects
  tls: CameraTlsPlan
}

export const REDIRECTS = ['same-host', 'any'] as const
export type Redirects = (typeof REDIRECTS)[number]

/** Trust in the certificate of a network camera. */
export interface CameraTlsPlan {
  /** File with the certificates that are trusted in place of the well-known ones. */
  ca: string | undefined
  /** Whether any certificate is taken, of whoever answers. */
  insecure: boolean
}

export interface ModulePlan {
  kind: 'module'
  file: string
  /** `default`, or the name of the export. */
  export: string
  args: unknown
}

/** More pictures of another source, which are made of those that are read of it. Undefined is as in that source. */
export interface ViewPlan extends Pick<VideoPlan, 'size' | 'fps'> {
  kind: 'view'
  format: PixelFormat | undefined
  /** Name of the source. */
  of: string
}

/** Recording of one source, written by `daffi up --record`. */
export interface RecordingPlan {
  kind: 'recording'
  folder: string
}

/** Items that stand in the pipeline file itself. */
export interface ListPlan {
  kind: 'list'
  items: unknown[]
}

/** Name of the file in a recording's folder that lists its items. */
export const RECORDING_INDEX = 'index.jsonl'
