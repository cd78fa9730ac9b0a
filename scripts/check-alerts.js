// Tries docs/production against a real Prometheus: promtool checks the alert rules and runs their tests, Prometheus scrapes a
// pipeline that runs, evaluates the rules, and is asked all that the dashboard asks. Prometheus and promtool are those of the folder
// PROMETHEUS_BIN, else of the PATH; Debian's package `prometheus` has both.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { BIN, ROOT, withProject } from '../bench/lib/project.js'
import { freePort } from '../chaos/lib/ports.js'

const PAGES = join(ROOT, 'docs/production')
const LIMIT_MS = 60_000

/** @param {string} name */
const program = (name) =>
  process.env.PROMETHEUS_BIN === undefined ? name : join(process.env.PROMETHEUS_BIN, name)

/**
 * @param {string[]} args
 * @param {string} [input]
 */
function promtool(args, input) {
  execFileSync(program('promtool'), args, { cwd: PAGES, input, stdio: ['pipe', 'inherit', 'inherit'] })
}

/** Calls, a stream, and a call that fails: so that there are metrics of each, and an alert. */
const FILES = {
  'pipeline.yaml': `
name: shop
sources: { ticks: { kind: module, module: ./ticks.js } }
nodes:
  clock:
    restart: always
    calls:
      - { call: take, source: ticks, modifier: STREAM, wait_for: [till] }
      - { call: count, modifier: { PERIOD: { interval: 1s } } }
      - { call: fail }
  till: { callbacks: [take, count, fail], calls: [{ call: last, results_of: take, modifier: STREAM, wait_for: [end] }] }
  end: { callbacks: [last] }
`,
  'ticks.js': `
import { setTimeout as delay } from 'node:timers/promises'
export default async function* ticks(_, { signal }) {
  for (let n = 0; !signal.aborted; n++) { await delay(50); yield n }
}
`,
  'callbacks/take.js': 'export default (n) => n * 2',
  'callbacks/last.js': 'export default (_n) => {}',
  'callbacks/count.js': 'export default () => 1',
  'callbacks/fail.js': "export default () => { throw new Error('closed') }",
}

/**
 * Runs a program while `use` runs.
 * @template T
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @param {() => Promise<T>} use
 */
async function during(command, args, cwd, use) {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  /** @type {string[]} */
  const lines = []
  for (const output of [child.stdout, child.stderr])
    createInterface(output).on('line', (line) => lines.push(line))
  const exited = once(child, 'exit')
  try {
    return await use()
  } catch (error) {
    console.error(lines.slice(-20).join('\n'))
    throw error
  } finally {
    child.kill('SIGINT')
    await exited
  }
}

/**
 * Asks until there is an answer of which the condition is true.
 * @param {string} url
 * @param {(text: string) => unknown} until
 */
async function ask(url, until) {
  const end = performance.now() + LIMIT_MS
  for (;;) {
    const text = await fetch(url).then(
      (answer) => answer.text(),
      () => '',
    )
    if (text !== '' && until(text)) return text
    if (performance.now() > end) throw new Error(`${url} has not given what was expected: ${text}`)
    await delay(250)
  }
}

promtool(['check', 'rules', 'alerts.yaml'])
promtool(['test', 'rules', 'alerts.test.yaml'])
promtool(['check', 'config', 'prometheus.yaml'])

await withProject(FILES, async (project) => {
  const [metrics, port] = [await freePort(), await freePort()]
  const config = readFileSync(join(PAGES, 'prometheus.yaml'), 'utf8')
  await writeFile(
    join(project, 'prometheus.yaml'),
    config.replaceAll('15s', '1s').replace('127.0.0.1:9464', `127.0.0.1:${metrics}`),
  )
  await copyFile(join(PAGES, 'alerts.yaml'), join(project, 'alerts.yaml'))
  const daffi = [BIN, 'up', 'pipeline.yaml', '--metrics', String(metrics)]
  const prometheus = [
    '--config.file=prometheus.yaml',
    '--storage.tsdb.path=data',
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  await during(process.execPath, daffi, project, async () => {
    const text = await ask(`http://127.0.0.1:${metrics}/metrics`, (found) =>
      found.includes('daffi_receiver_latency_seconds{'),
    )
    promtool(['check', 'metrics'], text)
    await during(program('prometheus'), prometheus, project, () => watch(`http://127.0.0.1:${port}/api/v1`))
  })
})

/** @param {string} api */
async function watch(api) {
  await ask(`${api}/query?query=up`, (found) => /"value":\[[\d.]+,"1"\]/.test(found))
  /** @type {{ panels: { title: string, targets?: { expr: string }[] }[] }} */
  const { panels } = JSON.parse(readFileSync(join(PAGES, 'dashboard.json'), 'utf8'))
  const asked = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
  for (const { title, expr } of asked) {
    const query = expr.replaceAll('$pipeline', '.+').replaceAll('$__rate_interval', '10s')
    // What is nothing but sometimes need not be there: only that it can be asked for.
    const mayBeEmpty = expr.endsWith('> 0')
    await ask(`${api}/query?query=${encodeURIComponent(query)}`, (found) => {
      const { status, error, data } = JSON.parse(found)
      if (status !== 'success') throw new Error(`${title}: ${error}: ${query}`)
      return mayBeEmpty || data.result.length > 0
    })
  }
  const rules = await ask(`${api}/rules`, (found) =>
    /"name":"DaffiNodeNotReady"[^]*?"state":"(pending|firing)"/.test(found),
  )
  /** @type {{ name: string, health: string, lastError?: string }[]} */
  const evaluated = JSON.parse(rules).data.groups.flatMap((/** @type {any} */ group) => group.rules)
  const faults = evaluated.filter(({ health }) => health !== 'ok')
  if (faults.length > 0) throw new Error(JSON.stringify(faults))
  console.log(`${asked.length} queries of the dashboard and ${evaluated.length} rules work on a real scrape`)
}
