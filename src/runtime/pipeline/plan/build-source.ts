import { resolve } from 'node:path'
import type { SourcePlan, ViewPlan } from '../../core/plan/plan.js'
import { modulePath } from '../read/file-paths.js'
import type { SourceEntry } from '../schema/source.js'

/**
 * Builds the plan of a source.
 * @param folder of the file that contains the source; paths are relative to it
 */
export function buildSource(source: SourceEntry, folder: string): SourcePlan | ViewPlan {
  if (source.kind === 'view') {
    const { kind, view_of: of, size, fps, format } = source
    return { kind, of, size, fps, format }
  }
  if (source.kind === 'module') {
    const { kind, module, args } = source
    return { kind, file: modulePath(folder, module), export: source.export, args }
  }
  if (source.kind === 'recording') return { kind: 'recording', folder: resolve(folder, source.path) }
  if (source.kind === 'list') return source
  const { size, fps, format, frames, ffmpeg_args: ffmpegArgs } = source
  const video = { size, fps, format, frames, ffmpegArgs }
  if (source.kind === 'file') {
    const { kind, path, paced, loop } = source
    return { kind, path: resolve(folder, path), paced, loop, ...video }
  }
  const live = { ...video, stallMs: source.stall_timeout }
  if (source.kind === 'camera') return { kind: 'camera', device: source.device, ...live }
  const { kind, url, redirects, tls } = source
  const ca = tls.ca === undefined ? undefined : resolve(folder, tls.ca)
  return { kind, url, redirects, tls: { ca, insecure: tls.insecure }, ...live }
}
