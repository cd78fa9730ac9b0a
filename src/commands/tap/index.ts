import { Flags } from '@oclif/core'
import {
  durationFlag,
  itemLine,
  itemRecord,
  LookCommand,
  namedFile,
  PictureFolder,
  stderr,
  stdout,
  streamArgs,
} from '../../cli/index.js'
import { DaffiError } from '../../runtime/core/errors.js'
import { isFrame } from '../../runtime/core/frame.js'
import { count } from '../../runtime/core/text/count.js'
import type { TappedItem } from '../../runtime/index.js'

type Show = (item: TappedItem) => Promise<void>

export default class Tap extends LookCommand<void> {
  static override summary = 'Print the items of a stream as they pass.'
  static override description = `Begins with the newest item. It only observes: the stream never waits for it, and what passes meanwhile is counted. Goes on through restarts of nodes, and ends with the run.
--json prints a line for each item: { "time", "origin", "item", "missed", "value" }, with "frame" or "bytes" in place of "value" where it is one.`
  static override examples = [
    '<%= config.bin %> tap camera --every 1s',
    '<%= config.bin %> tap track -n 10 --json',
    '<%= config.bin %> tap camera --png frames -n 5',
    '<%= config.bin %> tap camera --raw | ffplay -f rawvideo -pixel_format bgr24 -video_size 640x480 -',
  ]
  static override args = streamArgs
  static override flags = {
    items: Flags.integer({ char: 'n', summary: 'End after so many items.', min: 1, helpValue: 'N' }),
    every: durationFlag({ summary: 'Print one item in this time at most.' }),
    raw: Flags.boolean({ summary: 'Print the bytes of items, frames or text, and nothing else.' }),
    png: Flags.string({ summary: 'Write frames as numbered pictures into this folder.', helpValue: 'DIR' }),
  }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Tap)
    const { items: limit = Infinity, every: everyMs = 0 } = flags
    if (flags.raw) refuseRaw(flags.png !== undefined || this.jsonEnabled())
    const { findStream, tapStream } = await import('../../runtime/index.js')
    const show = await this.#shower(flags)
    const { stop } = this.signals
    let shown = 0
    let passed = 0
    await this.withWatch({ ...flags, file: namedFile(args, flags) }, async (watch) => {
      const stream = await findStream(watch, args.stream, stop)
      const onNote = (text: string): void => stderr.line(text)
      for await (const item of tapStream(watch, stream, { everyMs, signal: stop, onNote })) {
        await show(item)
        passed += item.missed
        if (++shown >= limit || stop.aborted) break
      }
    })
    if (!stdout.isClosed) stderr.line(`${count(shown, 'item')} shown, ${passed} more passed in between`)
  }

  /** Every item was printed as a line of its own. */
  override logJson(): void {
    // Nothing is left to print.
  }

  async #shower({ raw, png }: { raw: boolean; png: string | undefined }): Promise<Show> {
    const { toPicture, toPlain } = await import('../../runtime/index.js')
    const folder = png === undefined ? undefined : new PictureFolder(png)
    return async (item) => {
      if (raw) stdout.bytes(rawBytes(item.value))
      else {
        const record = itemRecord(item, toPlain)
        const file = folder && (await folder.add(await toPicture(frameOf(item.value), 'png')))
        if (this.jsonEnabled()) stdout.jsonLine(file === undefined ? record : { ...record, file })
        else {
          const line = itemLine(record, {
            colours: this.colours,
            width: stdout.isTTY ? stdout.width : undefined,
          })
          stdout.line(file === undefined ? line : `${file}  ${line}`)
        }
      }
      await stdout.drained()
    }
  }
}

function refuseRaw(isElse: boolean): void {
  if (isElse)
    throw new DaffiError('DAFFI_USAGE', '--raw prints bytes and nothing else', {
      next: 'Leave out --json and --png, or --raw.',
    })
  if (stdout.isTTY)
    throw new DaffiError('DAFFI_USAGE', '--raw prints bytes, which a terminal cannot show', {
      next: 'Send them to a file or another program: daffi tap … --raw | …',
    })
}

function rawBytes(value: unknown): Uint8Array {
  if (isFrame(value)) return value.data
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return Buffer.from(value)
  throw new DaffiError(
    'DAFFI_USAGE',
    'the items of the stream are values, which have no bytes of their own',
    {
      next: 'Use --json in place of --raw.',
    },
  )
}

function frameOf(value: unknown): Parameters<typeof import('../../runtime/index.js').toPicture>[0] {
  if (isFrame(value)) return value
  throw new DaffiError('DAFFI_USAGE', 'the items of the stream are no frames', { next: 'Leave out --png.' })
}
