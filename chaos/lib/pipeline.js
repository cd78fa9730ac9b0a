import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { environmentOf } from './folder.js'
import { readTruth } from './truth.js'

const START_MS = 30_000
const LOOK_EVERY_MS = 50

/** A program of the harness that runs in a process of its own. */
class Program {
  #child
  #messages = []
  #log

  constructor(file, setup, { folder }) {
    const path = fileURLToPath(new URL(`../programs/${file}`, import.meta.url))
    this.#child = fork(path, [JSON.stringify(setup)], {
      cwd: folder,
      env: environmentOf(folder),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#log = ''
    this.#child.stderr.on('data', (text) => (this.#log += text))
    this.#child.on('message', (message) => this.#messages.push(message))
    this.exited = once(this.#child, 'exit')
  }

  get pid() {
    return this.#child.pid
  }

  get messages() {
    return this.#messages
  }

  get log() {
    return this.#log.trim()
  }

  /** Tells it to end by itself. */
  stop() {
    if (this.#child.connected) this.#child.send('stop')
  }

  kill() {
    this.#child.kill('SIGKILL')
  }

  /** The exit code; undefined when it has not ended in time. */
  async end(ms) {
    const timer = new AbortController()
    const late = delay(ms, undefined, { signal: timer.signal }).catch(() => undefined)
    const ended = await Promise.race([this.exited, late])
    timer.abort()
    return ended === undefined ? undefined : (ended[0] ?? ended[1])
  }
}

/** One writer and two receivers, programs with the library, with a stream of each kind between them. */
export class Pipeline {
  #folder
  #kinds
  writer
  receivers

  /** @param urls of the server, by node: a node may have a way of its own */
  constructor({ folder, pipeline, kinds, urls, perSecond, seed }) {
    this.#folder = folder
    this.#kinds = kinds
    const names = Object.keys(urls).filter((name) => name !== 'writer')
    const start = (file, name, setup) =>
      new Program(file, { name, url: urls[name], pipeline, folder, kinds, ...setup }, { folder })
    this.receivers = Object.fromEntries(names.map((name) => [name, start('receiver.js', name, {})]))
    this.writer = start('writer.js', 'writer', { receivers: names, perSecond, seed })
  }

  get programs() {
    return [this.writer, ...Object.values(this.receivers)]
  }

  /** Resolves when every receiver has got an item of every kind. */
  async flows() {
    const deadline = Date.now() + START_MS
    for (;;) {
      const truth = this.truth()
      const silent = Object.entries(truth).flatMap(([kind, books]) =>
        Object.entries(books).flatMap(([name, lines]) => (lines.length === 0 ? [`${kind} at ${name}`] : [])),
      )
      if (silent.length === 0) return
      if (Date.now() > deadline) throw new Error(`nothing flows: ${silent.join(', ')}; ${this.log}`)
      await delay(LOOK_EVERY_MS)
    }
  }

  /** Lines of the receivers, by kind and receiver. */
  truth() {
    const read = (kind, name) =>
      readTruth(readFileSync(`${this.#folder}/${name}.${kind}`, { flag: 'a+', encoding: 'utf8' }))
    return Object.fromEntries(
      this.#kinds.map((kind) => [
        kind,
        Object.fromEntries(Object.keys(this.receivers).map((name) => [name, read(kind, name)])),
      ]),
    )
  }

  /**
   * Ends the sources and then, once all streams are over, the receivers.
   * @returns how each stream ended, and what did not end by itself
   */
  async end(ms) {
    const reasons = []
    this.writer.stop()
    reasons.push(...(await this.#ended('writer', this.writer, ms)))
    for (const receiver of Object.values(this.receivers)) receiver.stop()
    for (const [name, receiver] of Object.entries(this.receivers))
      reasons.push(...(await this.#ended(name, receiver, ms)))
    return { ends: this.writer.messages.filter(({ kind }) => kind !== undefined), reasons }
  }

  get log() {
    return this.programs.flatMap(({ log }) => (log ? [log] : [])).join('\n')
  }

  kill() {
    for (const program of this.programs) program.kill()
  }

  async #ended(name, program, ms) {
    const code = await program.end(ms)
    if (code === 0) return []
    if (code !== undefined) return [`${name} ended with ${code}: ${program.log.slice(-500)}`]
    program.kill()
    await program.exited
    return [`${name} did not end within ${ms / 1000} s`]
  }
}
