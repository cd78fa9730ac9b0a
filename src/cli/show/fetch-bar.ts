import { SingleBar } from 'cli-progress'
import type { FetchProgress } from '../../runtime/index.js'
import { formatBytes } from './units.js'

/** How far the fetch of a program has come: a bar on a terminal, else one line for each program. */
export class FetchBar implements Disposable {
  readonly #stream: NodeJS.WriteStream
  readonly #bars = new Map<string, SingleBar | undefined>()

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream
  }

  readonly show = ({ name, receivedBytes, totalBytes }: FetchProgress): void => {
    if (!this.#bars.has(name)) this.#bars.set(name, this.#start(name, totalBytes))
    this.#bars.get(name)?.update(receivedBytes, { received: formatBytes(receivedBytes) })
    if (receivedBytes === totalBytes) this.#bars.get(name)?.stop()
  };

  [Symbol.dispose](): void {
    for (const bar of this.#bars.values()) bar?.stop()
  }

  #start(name: string, totalBytes: number | undefined): SingleBar | undefined {
    const size = totalBytes === undefined ? '' : ` (${formatBytes(totalBytes)})`
    if (!this.#stream.isTTY || totalBytes === undefined) {
      this.#stream.write(`fetching ${name}${size}\n`)
      return undefined
    }
    const format = `fetching ${name} {bar} {percentage} %  {received} of ${formatBytes(totalBytes)}`
    const bar = new SingleBar({ format, stream: this.#stream, hideCursor: true })
    bar.start(totalBytes, 0, { received: formatBytes(0) })
    return bar
  }
}
