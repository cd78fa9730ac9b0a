import type { PixelFormat } from './frame.js'

/**
 * A pipeline as the runtime needs it: checked, complete, with absolute paths and times in milliseconds,
 * replicas written out, and plain enough to cross to a node's process by IPC.
 */
export interface Plan {
  name: string
  /** The pipeline file. */
  file: string
  /** The project's folder, which holds `.daffi`. */
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
  arity: Arity
}

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

export type ModifierPlan =
  | { kind: 'FG'; timeoutMs: number }
  | { kind: 'NO_RETURN' }
  | { kind: 'BROADCAST'; timeoutMs: number }
  | { kind: 'STREAM'; delivery: Delivery | undefined; buffer: number; onError: OnError }

export const DELIVERIES = ['live', 'lossless'] as const
export type Delivery = (typeof DELIVERIES)[number]

export const ON_ERROR = ['stop', 'skip'] as const
export type OnError = (typeof ON_ERROR)[number]

export type SourcePlan = CameraPlan | FilePlan | NetworkPlan | ModulePlan

interface VideoPlan {
  /** Pixels; undefined leaves it as the input has it, which for raw formats is found by asking the input. */
  size: { width: number; height: number } | undefined
  /** Frames a second; undefined leaves it as the input has it. */
  fps: number | undefined
  format: PixelFormat
  /** Ends the source after so many frames. */
  frames: number | undefined
}

export interface CameraPlan extends VideoPlan {
  kind: 'camera'
  /** `test` is ffmpeg's own pattern, else a device as the platform names it. */
  device: string
}

export interface FilePlan extends VideoPlan {
  kind: 'file'
  path: string
  /** At the file's own speed rather than as fast as it can be read. */
  paced: boolean
}

export interface NetworkPlan extends VideoPlan {
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
