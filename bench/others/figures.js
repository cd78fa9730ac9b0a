import { quantile } from '../lib/statistics.js'

const MIB = 1024 * 1024
const MS = 1000

/** Figures of a run of items from what its programs have left. */
export function figuresOfItems({ bytes, count, warmup, rate }, writer, receivers) {
  const lost = receivers.reduce((sum, { arrived }) => sum + warmup + count - arrived.length, 0)
  const inverted = receivers.reduce((sum, { inversions }) => sum + inversions, 0)
  const notes = [...(lost ? [`${lost} lost`] : []), ...(inverted ? [`${inverted} out of order`] : [])]
  if (!rate) return { rate: mibPerSecond(bytes, count, writer.seconds), notes }
  const latencies = receivers[0].arrived.map(([number, time]) => (time - writer.sent[number]) / MS)
  return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), notes }
}

export const mibPerSecond = (bytes, count, seconds) => (bytes * count) / MIB / seconds

export const figuresOfCalls = ({ times, rate }) => ({
  p50: quantile(times, 0.5),
  p99: quantile(times, 0.99),
  rate,
  notes: [],
})
