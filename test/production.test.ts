import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { METRICS } from '../src/runtime/view/programs/metric-table.js'
import type { Metric } from '../src/runtime/view/programs/metric.js'
import { ROOT } from './support/paths.js'

const read = (name: string): Promise<string> => readFile(join(ROOT, 'docs/production', name), 'utf8')

interface Rules {
  groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[]
}
interface Dashboard {
  panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[]
}

const { groups } = parse(await read('alerts.yaml')) as Rules
const rules = groups.flatMap((group) => group.rules)
const { panels } = JSON.parse(await read('dashboard.json')) as Dashboard
const metrics: Record<string, Metric> = METRICS

/** Labels of all metrics that an expression names. @throws when it names one that there is not */
function labelsOf(expression: string): Set<string> {
  const names = expression.match(/daffi_\w+/g) ?? []
  return new Set(['pipeline', ...names.flatMap((name) => metrics[name]?.labels ?? [`no metric ${name}`])])
}

/** Faults of an expression, and with the labels that a text about it names. */
function faults(expression: string, named: readonly string[]): string[] {
  const known = labelsOf(expression)
  const compared = [...expression.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label)
  return [
    ...[...known].filter((label) => label.startsWith('no ')),
    ...[...compared, ...named].filter((label) => !known.has(label)),
  ]
}

const labelsIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, label = '']) => label)

test('a name or a label that is not there is found', () => {
  expect(faults('rate(daffi_node_ups{a="b"}[5m])', ['c'])).toEqual(['no metric daffi_node_ups', 'a', 'c'])
})

test.each(rules)('the alert $alert knows its metrics and labels', ({ expr, annotations }) => {
  const named = labelsIn(Object.values(annotations).join(' '), /\$labels\.(\w+)/g)
  // That of the scrape itself is Prometheus' own.
  expect(expr.includes('daffi_') ? faults(expr, named) : []).toEqual([])
  expect(Object.keys(annotations)).toEqual(['summary', 'what_to_do'])
})

test('the dashboard knows its metrics and labels, and leaves out what has another form of itself or is for looking closer', () => {
  const targets = panels.flatMap(({ targets: each = [] }) => each)
  for (const { expr, legendFormat } of targets)
    expect(faults(expr, labelsIn(legendFormat, /\{\{(\w+)\}\}/g)), expr).toEqual([])
  const shown = targets.map(({ expr }) => expr).join(' ')
  const left = Object.keys(METRICS).filter((name) => !new RegExp(`${name}\\b`).test(shown))
  expect(left.sort()).toEqual([
    'daffi_node_heap_bytes',
    'daffi_receiver_attached',
    'daffi_receiver_attaches_total',
    'daffi_receiver_latency_seconds',
    'daffi_receiver_offered_total',
    'daffi_stage_filtered_total',
    'daffi_stage_gave_total',
    'daffi_stage_in_total',
    'daffi_stream_info',
    'daffi_stream_running',
  ])
})

test('the page lists all alerts', async () => {
  const page = await readFile(join(ROOT, 'docs/production.md'), 'utf8')
  expect([...new Set(page.match(/\bDaffi[A-Z]\w+/g))].sort()).toEqual(rules.map(({ alert }) => alert).sort())
})
