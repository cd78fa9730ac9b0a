import { ROOT } from '../support/paths.js'
import type { Frame } from '../../src/runtime/core/frame.js'
import { stderrLogger } from '../../src/runtime/core/text/stderr-logger.js'
import type { CameraPlan, FilePlan, SourcePlan } from '../../src/runtime/core/plan/plan.js'
import { openSource, type SourceContext } from '../../src/runtime/source/index.js'

export const pattern = {
  kind: 'camera',
  device: 'test',
  size: { width: 64, height: 48 },
  fps: 50,
  format: 'bgr24',
  frames: undefined,
  stallMs: 10_000,
  ffmpegArgs: [],
} as const

export const unsized = {
  size: undefined,
  fps: undefined,
  format: 'gray',
  frames: undefined,
  ffmpegArgs: [],
} as const

export const network = {
  ...unsized,
  stallMs: 10_000,
  redirects: 'same-host',
  tls: { ca: undefined, insecure: false },
} as const

export function fileAt(path: string): FilePlan {
  return { kind: 'file', path, paced: false, loop: false, ...unsized }
}

export function contextOf(context: Partial<SourceContext> = {}): SourceContext {
  return {
    name: 'cam',
    project: ROOT,
    signal: new AbortController().signal,
    isStage: false,
    onClosing: () => undefined,
    log: stderrLogger('silent'),
    load: () => Promise.resolve({}),
    onEvent: () => undefined,
    ...context,
  }
}

export function open(plan: SourcePlan, context: Partial<SourceContext> = {}): AsyncGenerator<unknown, void> {
  return openSource(plan, contextOf(context))
}

export function openFrames(
  plan: SourcePlan,
  context: Partial<SourceContext> = {},
): AsyncGenerator<Frame, void> {
  return open(plan, context) as AsyncGenerator<Frame, void>
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

/** A pattern that no other test uses, so that its ffmpeg process can be found by `mark`. */
export function ownPattern(): { plan: CameraPlan; mark: string } {
  const fps = 50 + Math.random()
  return { plan: { ...pattern, fps }, mark: `rate=${fps}` }
}
