/** Part of a run, from its beginning, in which things may still grow to what they need. */
const SETTLING = 1 / 3

/** How much more than at the beginning of the rest each kind of figure may be at its end, by the trend: so much, or such a part. */
const LIMITS = [
  // A heap that is not under pressure is cleaned up late; a leak of each break would be many times that.
  [/^memory of/, { most: 24, part: 0.15 }],
  [/^(descriptors|threads) of/, { most: 3, part: 0.1 }],
  // The log of the node that prints a lot goes up and down by one of its files, and so do those of the server's store.
  [/^MiB of/, { most: 6, part: 0.15 }],
  [/^files in \.daffi/, { most: 20, part: 0.1 }],
  // Guards of processes, and streams and consumers of calls that are under way.
  [/^(processes|streams|consumers|files)/, { most: 4, part: 0.1 }],
]

/** For each figure of the samples: its first, median, greatest and last value, and its growth over the rest by its trend. */
export function trendsOf(samples) {
  const rest = samples.slice(Math.floor(samples.length * SETTLING))
  const names = [...new Set(samples.flatMap((sample) => [...sample.keys()]))].sort()
  return names.map((name) => {
    // A process may just be away when a sample is taken.
    const values = rest.flatMap((sample) => sample.get(name) ?? [])
    return {
      name,
      start: samples[0].get(name) ?? values[0] ?? 0,
      median: medianOf(values),
      most: Math.max(0, ...values),
      end: values.at(-1) ?? 0,
      growth: slopeOf(values) * (values.length - 1),
    }
  })
}

/** Figures that grow. */
export function judgeFlat(trends) {
  return trends.flatMap(({ name, median, growth }) => {
    const { most, part } = LIMITS.find(([pattern]) => pattern.test(name))[1]
    const limit = Math.max(most, median * part)
    return growth > limit ? [`${name} grows by ${growth.toFixed(1)}, more than ${limit.toFixed(1)}`] : []
  })
}

/** Slope by the median of the slopes between all pairs (Theil and Sen), which single odd samples do not turn. */
function slopeOf(values) {
  const slopes = values.flatMap((value, index) =>
    values.slice(index + 1).map((later, ahead) => (later - value) / (ahead + 1)),
  )
  return slopes.length === 0 ? 0 : medianOf(slopes)
}

function medianOf(values) {
  if (values.length === 0) return 0
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
