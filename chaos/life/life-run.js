import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { processesOf } from '../lib/folder.js'
import { daffi } from '../lib/up.js'
import { BEATS, writeProject } from './project.js'

const FLOWS_MS = 60_000
const LOOK_EVERY_MS = 100

/** The run in the background, and what its callbacks have written down. */
export class LifeRun {
  folder
  metricsUrl

  /** @throws Error with what `daffi up` has said, when the run does not begin */
  static async start(folder, metricsPort) {
    const run = new LifeRun()
    run.folder = folder
    run.metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`
    writeProject(folder)
    await run.command(['up', '-d', '--wait', '--metrics', String(metricsPort), 'pipeline.yaml'])
    return run
  }

  /** Runs a command to its end, and gives its standard output. */
  async command(args) {
    const { output, exited } = daffi(this.folder, args)
    const [code] = await exited
    if (code !== 0) throw new Error(`daffi ${args.join(' ')} ended with ${code}: ${output.stderr}`)
    return output.stdout
  }

  /** Resolves when each callback was called after that time. */
  async flows(since = 0) {
    const deadline = Date.now() + FLOWS_MS
    for (;;) {
      const silent = BEATS.filter((name) => this.beatOf(name) <= since)
      if (silent.length === 0) return
      if (Date.now() > deadline) throw new Error(`nothing gets to ${silent.join(', ')}`)
      await delay(LOOK_EVERY_MS)
    }
  }

  /** The time of the latest call of a callback; 0 when there was none. */
  beatOf(name) {
    return Number(this.read(`beats/${name}`))
  }

  /** The text of one of the run's files; empty when there is none. */
  read(name) {
    try {
      return readFileSync(join(this.folder, name), 'utf8')
    } catch {
      return ''
    }
  }

  async down() {
    await this.command(['down'])
  }

  /** Processes and temporary files that are there after the end. */
  leftovers() {
    const processes = processesOf(this.folder).map(({ pid, command }) => `process ${pid} ${command}`)
    const files = readdirSync(join(this.folder, 'tmp')).map((name) => `temporary file ${name}`)
    return [...processes, ...files].map((what) => `left behind: ${what}`)
  }
}
