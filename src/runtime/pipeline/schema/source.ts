import { z } from 'zod'
import { PIXEL_FORMATS } from '../../core/frame.js'
import { REDIRECTS, type NetworkPlan } from '../../core/plan/plan.js'
import { CAMERA_SCHEMES, cameraUrlFault, wrongScheme } from '../../core/text/camera-url.js'
import { duration } from './quantities.js'
import { name } from './names.js'
import { ffmpegArgs } from './ffmpeg-args.js'

/** Pixels; more than any camera has, and few enough for a frame to fit in memory. */
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

const fps = z.number().positive().describe('Frames per second.')
const format = z.enum(PIXEL_FORMATS).describe('Pixel format; bgr24 when absent.').default('bgr24')
const frames = z.int().min(1).describe('Number of frames after which the source ends.').optional()
const sizeText = size.describe('Size in pixels, as WIDTHxHEIGHT.')

const stall = duration
  .describe('Longest wait for a frame, after which the source is restarted; 10s when absent.')
  .prefault('10s')

const video = { size: sizeText.optional(), fps: fps.optional(), format, frames }

function url(kind: NetworkPlan['kind']): z.ZodString {
  return z
    .string()
    .regex(new RegExp(`^(${CAMERA_SCHEMES[kind].join('|')})://.`), {
      message: wrongScheme(kind),
      abort: true,
    })
    .superRefine((text, context) => {
      const message = cameraUrlFault(kind, text)
      // Of this code, so that the value is not shown: it may hold a password.
      if (message !== undefined)
        context.addIssue({ code: 'invalid_format', format: 'url', message, input: text })
    })
}

const camera = z.strictObject({
  kind: z.literal('camera'),
  device: z
    .string()
    .min(1)
    .describe("Device by its name on this platform, such as /dev/video0; test is ffmpeg's test pattern."),
  size: sizeText.prefault('1280x720'),
  fps: fps.default(30),
  format,
  frames,
  stall_timeout: stall,
  ffmpeg_args: ffmpegArgs('camera'),
})

const file = z.strictObject({
  kind: z.literal('file'),
  path: z.string().min(1).describe("Video file; the path is relative to this file's folder."),
  paced: z
    .boolean()
    .describe(
      "Whether frames come at the video's own speed rather than as fast as they can be read; false when absent.",
    )
    .default(false),
  loop: z
    .boolean()
    .describe('Whether the video starts again when it ends; false when absent.')
    .default(false),
  ...video,
  ffmpeg_args: ffmpegArgs('file'),
})

const redirects = z
  .enum(REDIRECTS)
  .describe(
    'Where the camera may redirect to; same-host when absent, and never from TLS to a plain connection.',
  )
  .default('same-host')

const tls = z
  .strictObject({
    ca: z
      .string()
      .min(1)
      .describe(
        "File (PEM) with the certificates to trust in place of the well-known ones; relative to this file's folder.",
      )
      .optional(),
    insecure: z
      .boolean()
      .describe(
        'Whether to accept any certificate, and so anybody in the place of the camera; false when absent.',
      )
      .default(false),
  })
  .superRefine(({ ca, insecure }, context) => {
    if (ca === undefined || !insecure) return
    const message = 'cannot be true beside ca, which it would make useless'
    context.addIssue({ code: 'custom', message, path: ['insecure'] })
  })
  .describe('Trust in the certificate of an https or rtsps camera, which is verified when this is absent.')
  .prefault({})

const network = { ...video, stall_timeout: stall, redirects, tls }

const rtsp = z.strictObject({
  kind: z.literal('rtsp'),
  url: url('rtsp'),
  ...network,
  ffmpeg_args: ffmpegArgs('rtsp'),
})

const http = z.strictObject({
  kind: z.literal('http'),
  url: url('http'),
  ...network,
  ffmpeg_args: ffmpegArgs('http'),
})

const module = z.strictObject({
  kind: z.literal('module'),
  module: z
    .string()
    .min(1)
    .describe("TypeScript or JavaScript module; the path is relative to this file's folder."),
  export: z
    .string()
    .min(1)
    .describe('Export to use: an iterable, or a function that returns one.')
    .default('default'),
  args: z.unknown().describe('First argument of the export, when it is a function.').optional(),
})

const recording = z.strictObject({
  kind: z.literal('recording'),
  path: z
    .string()
    .min(1)
    .describe(
      "Folder of one source in a recording made by daffi up --record; relative to this file's folder.",
    ),
})

const list = z.strictObject({
  kind: z.literal('list'),
  items: z.array(z.unknown()).describe('The items, one after the other.'),
})

/** Kind of a view, which the file does not say: `view_of` stands in its place. */
const view = z.strictObject({
  kind: z.literal('view'),
  view_of: name.describe('Name of the camera, file, rtsp or http source whose pictures are meant.'),
  size: sizeText
    .describe('Size in pixels, as WIDTHxHEIGHT, not larger than that of the source; the same when absent.')
    .optional(),
  fps: fps.describe('Most frames per second, of those that the source has; all when absent.').optional(),
  format: z.enum(PIXEL_FORMATS).describe('Pixel format; that of the source when absent.').optional(),
})

/** Schemas of sources by kind. */
const SOURCE_KINDS = { camera, file, rtsp, http, module, recording, list, view }

const kinds = z.discriminatedUnion('kind', [camera, file, rtsp, http, module, recording, list, view])

export const source = z.preprocess((raw) => (isView(raw) ? { ...(raw as object), kind: 'view' } : raw), kinds)

/** The schema for what the file says of a source; undefined when it does not say which kind it is. */
export function sourceSchema(
  raw: Record<string, unknown>,
): (typeof SOURCE_KINDS)[keyof typeof SOURCE_KINDS] | undefined {
  const kind = isView(raw) ? view.shape.kind.value : raw.kind
  return Object.values(SOURCE_KINDS).find(({ shape }) => shape.kind.safeParse(kind).success)
}

/** Whether the file says `view_of` in place of a kind. */
export function isView(raw: unknown): boolean {
  return typeof raw === 'object' && raw !== null && 'view_of' in raw && !('kind' in raw)
}

export type SourceEntry = z.output<typeof source>
