import { Flags } from '@oclif/core'
import {
  durationFlag,
  LookCommand,
  namedFile,
  pictureType,
  streamArgs,
  writePicture,
} from '../../cli/index.js'
import { formatMs } from '../../runtime/core/timeout.js'
import { isoTime } from '../../runtime/core/text/iso-time.js'
import { FORCED } from '../../runtime/core/process/end-signals.js'

interface SnapshotResult {
  file: string
  stream: string
  /** Time of capture in ISO 8601. */
  time: string
  origin: { source: string | null; item: number }
  width: number
  height: number
  bytes: number
}

export default class Snapshot extends LookCommand<SnapshotResult> {
  static override summary = 'Write the next frame of a stream to a file.'
  static override description =
    'The stream does not wait for it. The file is written as a whole or not at all: one that is there stays until the new one is complete. A frame that was captured before the command began is not taken.'
  static override examples = [
    '<%= config.bin %> snapshot camera -o now.jpg',
    '<%= config.bin %> snapshot camera -o now.png --timeout 1m --json',
  ]
  static override args = streamArgs
  static override flags = {
    output: Flags.string({
      char: 'o',
      summary: 'File to write, a JPEG or a PNG by its ending.',
      required: true,
      helpValue: 'FILE',
    }),
    timeout: durationFlag({ summary: 'Time to wait for a frame.', default: '10s' }),
  }

  protected override interruptedCode = FORCED

  override async run(): Promise<SnapshotResult> {
    const { args, flags } = await this.parse(Snapshot)
    const { output: file, timeout: timeoutMs } = flags
    const type = pictureType(file)
    const { findStream, nextFrame, toPicture } = await import('../../runtime/index.js')
    const signal = this.signals.stop
    return this.withWatch({ ...flags, file: namedFile(args, flags) }, async (watch) => {
      const stream = await findStream(watch, args.stream, signal)
      const { frame, origin } = await nextFrame(watch, stream, { timeoutMs, signal })
      const age = formatMs(Math.max(0, Date.now() - origin.time))
      const picture = await toPicture(frame, type)
      await writePicture(file, picture)
      const { width, height } = frame
      const what = `item ${origin.item} of ${origin.source ?? stream.name}`
      this.log(`${file}: ${what}, ${width}x${height}, ${age} after its capture`)
      const { source, item } = origin
      const time = isoTime(origin.time)
      return {
        file,
        stream: stream.name,
        time,
        origin: { source, item },
        width,
        height,
        bytes: picture.length,
      }
    })
  }
}
