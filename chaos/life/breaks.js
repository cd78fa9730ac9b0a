import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { processesOf } from '../lib/folder.js'
import { BEATS } from './project.js'
import { roleOf } from './sample.js'

const CAMERA_EVERY_MS = 20_000
const SERVER_EVERY_MS = 60_000
/** Apart from the samples, which are taken at full minutes. */
const SERVER_FIRST_MS = 25_000
const SCRAPE_EVERY_MS = 1000
const SCRAPE_MS = 10_000
const LISTEN_EVERY_MS = 100
/** Time for the last breaks to be told of in the log. */
const AFTER_MS = 12_000

/** Breaks of a run: its camera and its server are killed, and its metrics scraped, until it is ended. */
export class Breaks {
  cameras = 0
  servers = 0
  scrapes = 0
  /** Longest time, in milliseconds, for which a callback was not called, by its name. */
  silences = {}
  /** Scrapes that went wrong, by what was wrong. */
  badScrapes = {}
  #run
  #ending = new AbortController()
  #loops = []

  constructor(run) {
    this.#run = run
  }

  begin() {
    const camera = () => this.#kill('ffmpeg', 'cameras')
    const server = () => this.#kill('nats-server', 'servers')
    this.#loops = [
      this.#every(CAMERA_EVERY_MS, CAMERA_EVERY_MS, camera),
      this.#every(SERVER_FIRST_MS, SERVER_EVERY_MS, server),
      this.#every(SCRAPE_EVERY_MS, SCRAPE_EVERY_MS, () => this.#scrape()),
      this.#every(LISTEN_EVERY_MS, LISTEN_EVERY_MS, () => this.#listen()),
    ]
  }

  /** Breaks nothing any more, and waits until the last breaks are over. May be called again. */
  async end() {
    if (this.#ending.signal.aborted) return
    this.#ending.abort()
    writeFileSync(join(this.#run.folder, 'quiet'), '')
    await Promise.all(this.#loops)
    await delay(AFTER_MS)
  }

  async #every(firstMs, everyMs, act) {
    const { signal } = this.#ending
    for (let next = Date.now() + firstMs; ; next = Math.max(next + everyMs, Date.now())) {
      await delay(next - Date.now(), undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      await act()
    }
  }

  /** Kills one process of the run, and counts it. */
  #kill(role, what) {
    const found = processesOf(this.#run.folder).find((each) => roleOf(each) === role)
    if (!found) return
    process.kill(found.pid, 'SIGKILL')
    this[what]++
  }

  #listen() {
    for (const name of BEATS) {
      const silentMs = Date.now() - this.#run.beatOf(name)
      this.silences[name] = Math.max(silentMs, this.silences[name] ?? 0)
    }
  }

  async #scrape() {
    this.scrapes++
    try {
      const response = await fetch(this.#run.metricsUrl, { signal: AbortSignal.timeout(SCRAPE_MS) })
      const text = await response.text()
      if (!response.ok || !text.includes('daffi_node_up')) this.#bad(`status ${response.status}`)
    } catch (error) {
      this.#bad(error.cause?.code ?? error.name)
    }
  }

  #bad(what) {
    this.badScrapes[what] = (this.badScrapes[what] ?? 0) + 1
  }
}
