export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Alternates the two, so that what else the machine does meets both: medians, and the median of the pairs' ratios. */
export async function compare({ pairs, ours, raw }) {
  const measured = []
  for (let n = 0; n < pairs; n++) {
    const baseline = await raw()
    const value = await ours()
    measured.push({ baseline, value, ratio: value / baseline })
  }
  const of = (key) => median(measured.map((each) => each[key]))
  return { value: of('value'), baseline: of('baseline'), ratio: of('ratio') }
}
