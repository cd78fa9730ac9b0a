export const median = (values) => quantile(values, 0.5)

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return low + (high - low) * (place % 1)
}

/** Alternates the two, so that what else the machine does meets both: medians, and the median of the pairs' ratios. */
export async function compare({ pairs, ours, raw }) {
  const { value } = await compareEach({
    pairs,
    ours: async () => ({ value: await ours() }),
    raw: async () => ({ value: await raw() }),
  })
  return value
}

/** As `compare`, for runs that give several figures: a result for each, by its name. */
export async function compareEach({ pairs, ours, raw }) {
  const runs = []
  for (let n = 0; n < pairs; n++) runs.push({ baseline: await raw(), value: await ours() })
  const result = (name) => ({
    value: median(runs.map(({ value }) => value[name])),
    baseline: median(runs.map(({ baseline }) => baseline[name])),
    ratio: median(runs.map(({ value, baseline }) => value[name] / baseline[name])),
  })
  return Object.fromEntries(Object.keys(runs[0].value).map((name) => [name, result(name)]))
}
