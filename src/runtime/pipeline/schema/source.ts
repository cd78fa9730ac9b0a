import { z } from 'zod'
import { PIXEL_FORMATS } from '../../core/frame.js'
import { duration } from './duration.js'
import { ffmpegArgs } from './ffmpeg-args.js'

/** Pixels; beyond every camera, and small enough for one frame to fit in memory. */
const MAX_SIDE = 16_384

const size = z.string().transform((text, context) => {
  const [, width = 0, height = 0] = /^(\d+)x(\d+)$/.exec(text)?.map(Number) ?? []
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
    const message = `is not a size: write WIDTHxHEIGHT in pixels, such as 1280x720, up to ${MAX_SIDE} each`
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  return { width, height }
})

const fps = z.number().positive().describe('Frames a second.')
const format = z.enum(PIXEL_FORMATS).describe('How pixels are laid out; bgr24 when absent.').default('bgr24')
const frames = z.int().min(1).describe('Ends the source after so many frames.').optional()
const sizeText = size.describe('WIDTHxHEIGHT in pixels.')

const stall = duration
  .describe('How long a picture may take to come; then the source is started again. 10s when absent.')
  .prefault('10s')

const video = { size: sizeText.optional(), fps: fps.optional(), format, frames }

function url(...schemes: string[]): z.ZodString {
  return z.string().regex(new RegExp(`^(${schemes.join('|')})://.`), {
    message: `must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  })
}

const camera = z.strictObject({
  kind: z.literal('camera'),
  device: z
    .string()
    .min(1)
    .describe("A device as the platform names it, such as /dev/video0, or test for ffmpeg's own pattern."),
  size: sizeText.prefault('1280x720'),
  fps: fps.default(30),
  format,
  frames,
  stall_timeout: stall,
  ffmpeg_args: ffmpegArgs('camera'),
})

const file = z.strictObject({
  kind: z.literal('file'),
  path: z.string().min(1).describe("A video file, from the pipeline file's folder."),
  paced: z
    .boolean()
    .describe("At the video's own speed, rather than as fast as it can be read; false when absent.")
    .default(false),
  loop: z.boolean().describe('From its beginning again when it ends; false when absent.').default(false),
  ...video,
  ffmpeg_args: ffmpegArgs('file'),
})

const rtsp = z.strictObject({
  kind: z.literal('rtsp'),
  url: url('rtsp', 'rtsps'),
  ...video,
  stall_timeout: stall,
  ffmpeg_args: ffmpegArgs('rtsp'),
})

const http = z.strictObject({
  kind: z.literal('http'),
  url: url('http', 'https'),
  ...video,
  stall_timeout: stall,
  ffmpeg_args: ffmpegArgs('http'),
})

const module = z.strictObject({
  kind: z.literal('module'),
  module: z.string().min(1).describe("A TypeScript or JavaScript module, from the pipeline file's folder."),
  export: z
    .string()
    .min(1)
    .describe('Name of the export that is an iterable or gives one.')
    .default('default'),
  args: z.unknown().describe('What the export is called with.').optional(),
})

const recording = z.strictObject({
  kind: z.literal('recording'),
  path: z
    .string()
    .min(1)
    .describe("A source's folder in what daffi up --record has written, from this file's folder."),
})

/** By kind. */
export const SOURCE_KINDS = { camera, file, rtsp, http, module, recording }

export const source = z.discriminatedUnion('kind', [camera, file, rtsp, http, module, recording])

export type SourceEntry = z.output<typeof source>
