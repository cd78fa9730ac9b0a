import { closeSync, openSync, readSync, statSync } from 'node:fs'
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
  const isNamed = taken['-f'] === undefined && /\.jpe?g$/i.test(path) && isJpeg(path)
  const format = isNamed ? ['-f', 'jpeg_pipe'] : []
  const pace = paced ? ['-re'] : []
  const limits = [
    '-protocol_whitelist',
    'file',
    '-format_whitelist',
    formats,
    '-max_pixels',
    String(MAX_PIXELS),
  ]
  return { args: [...limits, ...pace, ...format, ...ffmpegArgs, '-i', `file:${path}`], jpeg: true }
}

/** Whether a file is a JPEG. By its name alone ffmpeg takes one for the first of many (`image2`), which is no format to be read. */
function isJpeg(path: string): boolean {
  const head = Buffer.alloc(3)
  try {
    if (!statSync(path).isFile()) return false
    const file = openSync(path, 'r')
    readSync(file, head, 0, head.length, 0)
    closeSync(file)
  } catch {
    return false
  }
  return head.equals(Buffer.from([0xff, 0xd8, 0xff]))
}
