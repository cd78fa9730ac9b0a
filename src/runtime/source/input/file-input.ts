import type { FilePlan } from '../../core/plan/plan.js'
import type { Input } from './input.js'

/** Input of a video file, which may open no other protocol. */
export function fileInput({ path, paced, loop, ffmpegArgs }: FilePlan): Input {
  const pace = [...(paced ? ['-re'] : []), ...(loop ? ['-stream_loop', '-1'] : [])]
  const args = ['-protocol_whitelist', 'file', ...pace, ...ffmpegArgs, '-i', `file:${path}`]
  return { args, jpeg: true }
}
