import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTruth } from './truth.js'
import { daffi } from './up.js'

/** Stages behind the source, in their order; each is a node and its callback. */
export const STAGES = ['first', 'middle', 'last']

/** Numbers that flow through three stages under `daffi up`; the last one writes down what it gets. */
export class Stages {
  #folder
  #run

  /** @param slow name of the stage that now and then takes long, if any */
  constructor({ folder, url, items, delivery, slow }) {
    this.#folder = folder
    writeProject(folder, { url, items, delivery, slow })
    this.#run = daffi(folder, ['up', 'pipeline.yaml', '--json'])
  }

  /** The present process of a stage; undefined until it has written it down. */
  pidOf(stage) {
    const pid = Number(readFileSync(join(this.#folder, `${stage}.pid`), { flag: 'a+', encoding: 'utf8' }))
    return pid > 0 ? pid : undefined
  }

  /** Lines of the last stage. */
  truth() {
    return readTruth(readFileSync(join(this.#folder, 'last.numbers'), { flag: 'a+', encoding: 'utf8' }))
  }

  /** Whether it has ended. */
  get ended() {
    const { exitCode, signalCode } = this.#run.child
    return exitCode !== null || signalCode !== null
  }

  /** Code with which it has ended, and the result that it has printed. */
  async end() {
    const [code] = await this.#run.exited
    const { stdout, stderr } = this.#run.output
    if (stdout === '') throw new Error(`daffi up printed no result; ${stderr.slice(-1000)}`)
    return { code, log: stderr.slice(-1000), result: JSON.parse(stdout) }
  }

  kill() {
    this.#run.child.kill('SIGKILL')
  }
}

/** Faults of the numbers that the last stage got: each comes once, in order, but for those that were in hand at a SIGKILL. */
export function judgeNumbers(lines, items) {
  const seen = new Set()
  const reasons = []
  for (const { number, again } of lines) {
    if (seen.has(number)) {
      if (!again) reasons.push(`${number} came twice`)
    } else if (number !== seen.size) reasons.push(`${number} came when ${seen.size} was due`)
    seen.add(number)
  }
  if (seen.size !== items) reasons.push(`${seen.size} of ${items} items arrived`)
  return reasons.slice(0, 5)
}

function writeProject(folder, { url, items, delivery, slow }) {
  const file = (name, text) => writeFileSync(join(folder, name), text)
  mkdirSync(join(folder, 'callbacks'))
  file('package.json', '{ "type": "module" }\n')
  const [first, ...others] = STAGES
  const stage = (name, index) => `  ${name}:
    restart: always
    env: { CHAOS_NODE: ${name} }
    callbacks: [${name}]
${index < others.length ? `    calls: [{ call: ${others[index]}, results_of: ${name}, modifier: STREAM }]\n` : ''}`
  file(
    'pipeline.yaml',
    `name: chaos
server: { url: '${url}' }
sources: { numbers: { kind: module, module: ./numbers.mjs } }
nodes:
  source: { calls: [{ call: ${first}, source: numbers, modifier: { STREAM: { delivery: ${delivery} } } }] }
${STAGES.map(stage).join('')}`,
  )
  file(
    'numbers.mjs',
    `export default function* numbers() {
  for (let number = 0; number < ${items}; number++) yield { writer: 0, number, time: Date.now() }
}
`,
  )
  const book = new URL('../programs/book.js', import.meta.url).pathname
  for (const name of STAGES) {
    const wait = name === slow ? '  if (Math.random() < 0.01) await delay(20 * Math.random())\n' : ''
    file(
      `callbacks/${name}.mjs`,
      `import { setTimeout as delay } from 'node:timers/promises'
import { bookOf } from '${book}'
const book = bookOf('numbers')
export default ${wait === '' ? '' : 'async '}(item) => {
${wait}${name === STAGES.at(-1) ? '  book(item)' : '  return item'}
}
`,
    )
  }
}
