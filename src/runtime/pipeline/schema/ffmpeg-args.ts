import { z } from 'zod'

const text = (pattern: RegExp, message: string): z.ZodString => z.string().regex(pattern, { message })

const count = text(/^\d+$/, 'must be a whole number')
const bytes = text(/^\d+[kKMG]?$/, 'must be a number of bytes, such as 500000 or 64M')
const word = text(/^[A-Za-z0-9_]+$/, 'must be one word')
const time = text(/^[\d:.]+$/, 'must be a time, such as 90 or 00:01:30')
/** Text without line ends, which would end a header line and let others follow. */
const line = text(/^[^\r\n]+$/, 'must be one line')

const ANY: Record<string, z.ZodType<string>> = {
  '-probesize': bytes,
  '-analyzeduration': count,
  '-thread_queue_size': count,
  '-threads': count,
  '-hwaccel': word,
}

/** Formats of files that name other files, which are opened only when the pipeline asks for it. */
const PLAYLISTS = ['hls', 'dash', 'concat'] as const

/** Input options of ffmpeg that a source may set, by kind: none that names a file, a filter, a protocol or an output. */
const ALLOWED: Record<'camera' | 'file' | 'rtsp' | 'http', Record<string, z.ZodType<string>>> = {
  camera: {
    ...ANY,
    '-input_format': word,
    '-pixel_format': word,
    '-video_device_number': count,
    '-rtbufsize': bytes,
    '-timestamps': z.enum(['default', 'abs', 'mono2abs']),
  },
  file: { ...ANY, '-f': z.enum(PLAYLISTS), '-ss': time, '-to': time, '-t': time },
  rtsp: {
    ...ANY,
    '-rtsp_transport': z.enum(['tcp', 'udp', 'udp_multicast']),
    '-buffer_size': bytes,
    '-max_delay': count,
    '-reorder_queue_size': count,
    '-user_agent': line,
  },
  http: {
    ...ANY,
    '-f': z.enum(['mjpeg', 'mpjpeg', 'mpegts', 'h264', 'hevc', 'flv']),
    '-user_agent': line,
    '-referer': line,
  },
}

/** A list of ffmpeg options that this kind of source may set, each followed by its value. */
export function ffmpegArgs(kind: keyof typeof ALLOWED) {
  const allowed = ALLOWED[kind]
  const options = Object.keys(allowed)
  return z
    .array(z.union([z.string(), z.number()]).transform(String))
    .superRefine((args, context) => {
      for (let index = 0; index < args.length; index += 2) {
        const [option = '', value] = args.slice(index, index + 2)
        const schema = allowed[option]
        if (!schema) {
          context.addIssue({ code: 'invalid_value', values: options, input: option, path: [index] })
          return
        }
        if (value === undefined) {
          context.addIssue({ code: 'custom', message: 'has no value after it', path: [index] })
          return
        }
        const issues = schema.safeParse(value).error?.issues ?? []
        for (const issue of issues) context.addIssue({ ...issue, path: [index + 1] })
      }
    })
    .describe(
      `Additional input options for ffmpeg, each followed by its value. Allowed: ${options.join(', ')}.`,
    )
    .default([])
}
