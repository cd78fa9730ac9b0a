import { Flags } from '@oclif/core'
import {
  clockTime,
  cutLines,
  flowLines,
  flowTables,
  LookCommand,
  nameArg,
  noColours,
  Screen,
  stdout,
} from '../../cli/index.js'
import { isoTime } from '../../runtime/core/text/iso-time.js'
import type { PipelineLook } from '../../runtime/index.js'

const EVERY_MS = 1000

export default class Rate extends LookCommand<void> {
  static override summary = 'Show how fast streams and stages go, each second.'
  static override description = `Items and bytes per second of each stream, over two seconds; of each receiver how far it is behind, and what it has dropped. The figures are those that nodes keep anyway.
Into a pipe it prints a line for each stream and stage. --json prints a line each second: { "time", "connected", "streams", "stages" }.`
  static override examples = [
    '<%= config.bin %> rate',
    '<%= config.bin %> rate camera -n 10',
    '<%= config.bin %> rate --json -n 1',
  ]
  static override args = {
    stream: nameArg({
      description: 'Name of a stream: its source or callback; by default all.',
      multiple: true,
    }),
  }
  static override flags = {
    times: Flags.integer({ char: 'n', summary: 'End after so many seconds.', min: 1, helpValue: 'N' }),
  }

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Rate)
    const { stream: names = [] } = args
    const { times = Infinity } = flags
    const { findStreams, streamsNamed } = await import('../../runtime/index.js')
    const { stop } = this.signals
    await this.withWatch(flags, async (watch) => {
      await findStreams(watch, names, stop)
      const show = this.#shower()
      let looks = 0
      for await (const look of watch.follow(EVERY_MS, stop)) {
        const streams =
          names.length === 0 ? look.streams : names.flatMap((name) => streamsNamed(look.streams, name))
        const stages =
          names.length === 0
            ? look.stages
            : look.stages.filter((stage) => streams.some((each) => isOf(stage, each)))
        // A rate needs two looks.
        if (looks++ > 0 && !look.isOver) await show({ ...look, streams: [...new Set(streams)], stages })
        if (look.isOver) this.tellOver(watch.pipeline, look)
        if (looks > times) return
      }
    })
  }

  /** Every look was printed as a line of its own. */
  override logJson(): void {
    // Nothing is left to print.
  }

  #shower(): (look: PipelineLook) => Promise<void> {
    if (this.jsonEnabled())
      return ({ time, connected, streams, stages }) => {
        stdout.jsonLine({ time: isoTime(time), connected, streams, stages })
        return stdout.drained()
      }
    if (!stdout.isTTY)
      return (look) => {
        const lines = look.connected ? flowLines(look) : ['the server cannot be reached']
        for (const line of lines) stdout.line(`${clockTime(look.time)}  ${line}`)
        return stdout.drained()
      }
    const draw = new Screen(stdout).section()
    return (look) => {
      const lines = flowTables(look, { colours: noColours })
      const lost = look.connected ? [] : ['the server cannot be reached; the figures are those before']
      draw(cutLines([...lost, ...lines], stdout.height))
      return stdout.drained()
    }
  }
}

function isOf(
  { node, callback }: PipelineLook['stages'][number],
  stream: PipelineLook['streams'][number],
): boolean {
  const isFed = stream.call === callback && stream.receivers.some(({ name }) => name === node)
  return isFed || (stream.from === node && stream.resultsOf === callback)
}
