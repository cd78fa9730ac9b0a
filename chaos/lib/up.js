import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { environmentOf, ROOT } from './folder.js'
import { streamOptions } from './kinds.js'
import { readTruth } from './truth.js'

const START_MS = 30_000
const LOOK_EVERY_MS = 50
const BIN = join(ROOT, 'bin/run.js')

/** Runs a command of daffi's in a folder, and gives what it printed. */
export function daffi(folder, args) {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: folder,
    env: environmentOf(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of Object.keys(output)) child[name].on('data', (text) => (output[name] += text))
  return { child, output, exited: once(child, 'exit') }
}

/** The same streams as in `Pipeline`, in a pipeline file that `daffi up` runs. */
export class Up {
  #folder
  #kinds
  #run

  constructor({ folder, url, pipeline, kinds, perSecond }) {
    this.#folder = folder
    this.#kinds = kinds
    writeProject(folder, { url, pipeline, kinds, perSecond })
    this.#run = daffi(folder, ['up', 'pipeline.yaml', '--json'])
  }

  /** Resolves when every receiver has got something of every kind that was made after that time. */
  async flows(since = 0) {
    const deadline = Date.now() + START_MS
    for (;;) {
      const silent = Object.entries(this.truth()).flatMap(([kind, books]) =>
        Object.entries(books).flatMap(([name, lines]) =>
          lines.some(({ produced }) => produced > since) ? [] : [`${kind} at ${name}`],
        ),
      )
      if (silent.length === 0) return
      if (Date.now() > deadline) throw new Error(`nothing flows: ${silent.join(', ')}; ${this.log}`)
      await delay(LOOK_EVERY_MS)
    }
  }

  /** The present process of a node, as it has written it down when it was started. */
  pidOf(node) {
    return Number(readFileSync(join(this.#folder, `${node}.pid`), 'utf8'))
  }

  /** Lines of the receivers, by kind and receiver. */
  truth() {
    const read = (kind, name) =>
      readTruth(readFileSync(join(this.#folder, `${name}.${kind}`), { flag: 'a+', encoding: 'utf8' }))
    return Object.fromEntries(
      this.#kinds.map((kind) => [kind, { r1: read(kind, 'r1'), r2: read(kind, 'r2') }]),
    )
  }

  /** Ends it as Ctrl-C does, and gives the result that it prints. */
  async end(ms) {
    const { child, output, exited } = this.#run
    child.kill('SIGINT')
    const timer = setTimeout(() => child.kill('SIGKILL'), ms)
    await exited
    clearTimeout(timer)
    if (output.stdout === '') throw new Error(`daffi up printed no result; ${this.log}`)
    return JSON.parse(output.stdout)
  }

  /** All that it has told the user. */
  get told() {
    return this.#run.output.stderr
  }

  /** The end of that. */
  get log() {
    return this.told.slice(-1000)
  }

  kill() {
    this.#run.child.kill('SIGKILL')
  }
}

function writeProject(folder, { url, pipeline, kinds, perSecond }) {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  mkdirSync(join(folder, 'callbacks'))
  const items = new URL('../programs/items.js', import.meta.url).pathname
  const options = (kind) => JSON.stringify({ STREAM: streamOptions(kind) })
  const calls = kinds.map(
    (kind) => `      - { call: ${kind}, source: ${kind}, modifier: ${options(kind)}, wait_for: [r1, r2] }`,
  )
  const receiver = (name) =>
    `  ${name}: { restart: always, env: { CHAOS_NODE: ${name} }, callbacks: [${kinds.join(', ')}] }`
  writeFileSync(
    join(folder, 'pipeline.yaml'),
    `name: ${pipeline}
${url === undefined ? '' : `server: { url: '${url}' }\n`}sources:
${kinds.map((kind) => `  ${kind}: { kind: module, module: ./${kind}.mjs }`).join('\n')}
nodes:
  writer:
    restart: always
    env: { CHAOS_NODE: writer }
    calls:
${calls.join('\n')}
${receiver('r1')}
${receiver('r2')}
`,
  )
  for (const kind of kinds) {
    writeFileSync(
      join(folder, `${kind}.mjs`),
      `import { sourceOf } from '${items}'\nexport default () => sourceOf('${kind}', ${perSecond}, ${Date.now()})\n`,
    )
    writeFileSync(
      join(folder, `callbacks/${kind}.mjs`),
      `import { bookOf } from '${items.replace('items.js', 'book.js')}'\nconst book = bookOf('${kind}')\nexport default (item) => book(item)\n`,
    )
  }
}
