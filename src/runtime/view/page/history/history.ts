import type { Snapshot } from '../../board/snapshot.js'

/** Number of values that are kept of each figure, one a second. */
export const SECONDS = 60
/** Seconds without a value, between two with one, that are taken for a late answer rather than for a gap. */
const LATE = 2

/** A figure of the page whose last minute is kept: of what, and of which. */
export const figureOf = {
  rateOfSource: (source: string) => `source ${source}`,
  /** Items and calls that a node has processed; of one that only sends, the items that it has sent. */
  rateOfNode: (node: string) => `node ${node}`,
  /** Share of a processor core that a node's process uses. */
  cpu: (node: string) => `cpu ${node}`,
  rate: (stream: string, receiver: string) => `rate ${stream} > ${receiver}`,
  lag: (stream: string, receiver: string) => `lag ${stream} > ${receiver}`,
} as const

/** The last minute of the page's figures, for as long as the page is open. */
export class History {
  readonly #series = new Map<string, Series>()
  #second = 0

  add(snapshot: Pick<Snapshot, 'connected' | 'time' | 'sources' | 'nodes' | 'streams'>): void {
    if (!snapshot.connected) return
    this.#second = Math.floor(snapshot.time / 1000)
    for (const [figure, value] of figuresOf(snapshot)) {
      const series = this.#series.get(figure) ?? new Series()
      this.#series.set(figure, series)
      series.add(this.#second, value)
    }
    for (const [figure, series] of this.#series)
      if (series.second <= this.#second - SECONDS) this.#series.delete(figure)
  }

  /** Values of a figure, the newest one last; null where nothing is known. */
  of(figure: string): readonly (number | null)[] {
    return this.#series.get(figure)?.until(this.#second) ?? []
  }
}

/** Values of one figure, of one second each. */
class Series {
  #values: (number | null)[] = []
  /** That of the last value. */
  second = 0

  add(second: number, value: number): void {
    if (second !== this.second) this.#values = this.until(second - 1)
    else this.#values.pop()
    this.#values = [...this.#values, value].slice(-SECONDS)
    this.second = second
  }

  until(second: number): (number | null)[] {
    const missing = Math.min(SECONDS, Math.max(0, second - this.second))
    const filler = missing <= LATE ? (this.#values.at(-1) ?? null) : null
    return [...this.#values, ...Array<number | null>(missing).fill(filler)].slice(-SECONDS)
  }
}

function figuresOf({
  sources,
  nodes,
  streams,
}: Pick<Snapshot, 'sources' | 'nodes' | 'streams'>): [figure: string, value: number][] {
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
  const received = streams.flatMap(({ name, receivers }) =>
    receivers.map((receiver) => ({ stream: name, ...receiver })),
  )
  return [
    ...received.flatMap(({ stream, name, rate, lag }): [string, number][] => [
      [figureOf.rate(stream, name), rate],
      [figureOf.lag(stream, name), lag],
    ]),
    ...sources.map(({ name }): [string, number] => [
      figureOf.rateOfSource(name),
      Math.max(0, ...streams.filter(({ source }) => source === name).map(({ rate }) => rate)),
    ]),
    ...nodes.flatMap(({ name, cpu, callRate }): [string, number][] => {
      const processed = sum(received.filter((each) => each.name === name).map(({ rate }) => rate)) + callRate
      const sent = sum(streams.filter(({ from }) => from === name).map(({ rate }) => rate))
      const rate: [string, number] = [figureOf.rateOfNode(name), processed > 0 ? processed : sent]
      return cpu === null ? [rate] : [rate, [figureOf.cpu(name), cpu]]
    }),
  ]
}
