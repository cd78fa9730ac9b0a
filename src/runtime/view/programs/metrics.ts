import { Counter, Gauge, Registry } from 'prom-client'
import type { Metric } from './metric.js'
import { METRICS } from './metric-table.js'
import type { Observed } from './observed.js'

/** Formats the state of a pipeline in the text format of Prometheus. */
export async function metricsText(observed: Observed): Promise<string> {
  const registry = new Registry()
  registry.setDefaultLabels({ pipeline: observed.pipeline })
  for (const [name, { type, help, labels, samples }] of Object.entries<Metric>(METRICS)) {
    const known = samples(observed).flatMap(([of, value]) => (value === undefined ? [] : [{ of, value }]))
    // A metric without labels would be 0 from the start, also where nothing is known.
    if (known.length === 0) continue
    const options = { name, help: help.replaceAll('`', ''), labelNames: labels, registers: [registry] }
    const add = type === 'counter' ? counting(new Counter(options)) : setting(new Gauge(options))
    for (const { of, value } of known) add(of, value)
  }
  return await registry.metrics()
}

type Add = (labels: Record<string, string>, value: number) => void

const counting =
  (counter: Counter): Add =>
  (labels, value) =>
    counter.inc(labels, value)

const setting =
  (gauge: Gauge): Add =>
  (labels, value) =>
    gauge.set(labels, value)
