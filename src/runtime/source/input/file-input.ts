import type { FilePlan } from '../../core/plan/plan.js'
import { FORMATS } from '../contract/formats.js'
import { optionsOf } from '../contract/options.js'
import { MAX_PIXELS } from '../contract/size.js'
import type { Input } from './input.js'

/**
 * Input of a video file. It may open no other protocol, and of other files none, unless the plan asks for a format that names
 * them.
 */
export function fileInput({ path, paced, ffmpegArgs }: FilePlan): Input {
  const { taken } = optionsOf(ffmpegArgs, ['-f'])
  const formats = taken['-f'] === undefined ? FORMATS : `${taken['-f']},${FORMATS}`
  const pace = paced ? ['-re'] : []
  const limits = [
    '-protocol_whitelist',
    'file',
    '-format_whitelist',
    formats,
    '-max_pixels',
    String(MAX_PIXELS),
  ]
  return { args: [...limits, ...pace, ...ffmpegArgs, '-i', `file:${path}`], jpeg: true }
}
