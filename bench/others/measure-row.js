import { median } from '../lib/statistics.js'

/**
 * Measures a row for each system, in alternated rounds, so that what else the machine does meets all of them; every other round
 * goes backwards. Gives its figures: medians. A system that fails is left out of
 * the row, with the reason.
 */
export async function measureRow(row, systems, { rounds, ...context }) {
  const runs = new Map(systems.map((system) => [system, []]))
  const failures = new Map()
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? systems : systems.toReversed()
    for (const system of order.filter((each) => !failures.has(each))) {
      context.signal.throwIfAborted()
      try {
        runs.get(system).push(await system.measure(row, context))
      } catch (error) {
        context.signal.throwIfAborted()
        failures.set(system, lastLine(error.message))
        context.log(`${row.key}, ${system.name}: ${error.message}`)
      }
    }
  }
  return row.figures.map((figure) => {
    const entries = systems.map((system) => ({
      name: system.name,
      isOurs: system.isOurs ?? false,
      ...(failures.has(system)
        ? { value: null, notes: [failures.get(system)] }
        : {
            value: median(runs.get(system).map((run) => run[figure.figure])),
            notes: [...new Set(runs.get(system).flatMap(({ notes }) => notes))],
          }),
    }))
    return { row: row.key, title: figure.title, unit: figure.unit, entries: compared(entries, figure.isRate) }
  })
}

/** With how many times better each is than the best of the others. */
function compared(entries, isRate) {
  const values = entries.filter(({ isOurs, value }) => !isOurs && value !== null).map(({ value }) => value)
  const best = values.length === 0 ? undefined : isRate ? Math.max(...values) : Math.min(...values)
  return entries.map((entry) => ({
    ...entry,
    isBestPeer: entry.value !== null && entry.value === best,
    ratio: entry.value === null || best === undefined ? null : entry.value / best,
  }))
}

const lastLine = (text) => text.trim().split('\n').at(-1)
