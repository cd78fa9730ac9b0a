import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { headers, connect } from '@nats-io/transport-node'
import fc from 'fast-check'
import { BG, FG, Global, PERIOD, STREAM } from '../../dist/runtime/library.js'
import { withFolder } from '../../chaos/lib/folder.js'
import { Server } from '../../chaos/lib/server.js'
import { seedOf } from '../../chaos/lib/random.js'
import { callbacks } from '../programs/callbacks.js'
import { judgeRuns, runsOf } from './judge-runs.js'
import { judgeState } from './judge-state.js'
import { runCommand, startNode, startProgram, startUp, writePipeline } from './pipeline.js'
import { Sniffer } from './sniffer.js'
import { messagesFor } from './targets.js'

const PIPELINE = 'fuzz'
const NODES = ['worker', 'program']
/** Messages between two looks at the pipeline. */
const ROUND = 100
const ANSWER_MS = 1000
/** Time for an answer when the machine itself has just been busy with what was sent. */
const PATIENCE_MS = 10_000
const PRINT_EVERY_MS = 10_000
/** Growth of memory, in MB, that is not a leak. */
const MAX_GROWTH = 250
const SHOWN_BYTES = 200

/** One run: a server, a node by the command, a program and this process, with two streams from here, and messages for all. */
export class Run {
  #options
  #g
  #nc
  #reasons = []
  /** Answers that came, but not in time. */
  #late = []
  #sent = 0
  #unanswered = 0
  #last = []

  static async perform(options) {
    return await withFolder(async (folder) => {
      const server = await Server.start(folder, folder)
      try {
        return await new Run(options).#perform(folder, server.url)
      } finally {
        await server.kill()
      }
    })
  }

  constructor(options) {
    this.#options = options
  }

  async #perform(folder, url) {
    const { seed, goesOn, print, targets } = this.#options
    process.on('uncaughtException', (error) => this.#reasons.push(`this process: ${error.stack}`))
    await writePipeline(folder, Object.keys(callbacks))
    const node = startNode(folder, url)
    const program = startProgram(folder, url, PIPELINE)
    const up = startUp(folder, url)
    const exited = []
    for (const [name, { exited: end }] of Object.entries({ node, program, up }))
      void end.then(([code, signal]) => exited.push(`${name} ended with ${code ?? signal}`))
    this.#nc = await connect({ servers: url, name: 'fuzzer', noAsyncTraces: true })
    const sniffer = new Sniffer(this.#nc, PIPELINE)
    this.#g = await Global.connect({ server: url, pipeline: PIPELINE, processName: 'judge' })
    for (const name of [...NODES, 'spare']) await this.#g.waitProcess(name)
    sniffer.seen.set('runs', await runsOf(this.#nc, PIPELINE))
    await this.#prepare()
    const ending = new AbortController()
    const streams = this.#startStreams(ending.signal)
    await delay(1500)
    sniffer.freeze()
    const before = await this.#processes()
    for (const [name, { incarnation }] of Object.entries(before)) sniffer.seen.set(name, incarnation)
    const rss = Object.fromEntries(
      Object.entries(before).map(([name, { pid }]) => [name, { start: rssOf(pid) }]),
    )
    let printed = Date.now()
    for (let round = 0; goesOn(this.#sent) && this.#reasons.length === 0; round++) {
      await this.#send(
        fc.sample(messagesFor(PIPELINE, sniffer.seen, targets), {
          seed: seedOf(seed, round),
          numRuns: ROUND,
        }),
      )
      await this.#look(round)
      await this.#lookFurther(round, sniffer.seen.get('runs'))
      this.#reasons.push(...exited)
      if (this.#reasons.length > 0)
        this.#reasons.push(`after round ${round}, of these:`, ...this.#last.map(shown))
      if (Date.now() - printed < PRINT_EVERY_MS) continue
      printed = Date.now()
      print(
        `${this.#sent} messages, memory ${Object.values(before)
          .map(({ pid }) => rssOf(pid))
          .join(', ')} MB`,
      )
    }
    ending.abort()
    const after = await this.#processes()
    const lost = NODES.filter((name) => after[name]?.incarnation !== before[name].incarnation)
    for (const name of lost) this.#reasons.push(`${name} was lost`)
    if (lost.length === 0) {
      await this.#judge(streams)
      await this.#newcomers(folder, url)
      for (const [name, { pid }] of Object.entries(before)) {
        rss[name].end = rssOf(pid)
        if (rss[name].end - rss[name].start > MAX_GROWTH) this.#reasons.push(`the memory of ${name} grew`)
      }
    }
    if (this.#reasons.length > 0) this.#reasons.push(node.output(), program.output(), up.output())
    await this.#g.close()
    await this.#nc.close()
    program.child.send('stop')
    for (const { child } of [node, up]) child.kill('SIGTERM')
    await Promise.all([node.exited, program.exited, up.exited])
    return {
      sent: this.#sent,
      lost: lost.length,
      unanswered: this.#unanswered,
      rss,
      late: this.#late,
      reasons: this.#reasons,
    }
  }

  /** Makes the server keep jobs, schedules and dead letters, so that there is something to write to. */
  async #prepare() {
    const { call } = this.#g
    await (await call.add(1, 2).with(BG({ durable: true }))).get()
    await call.add(1, 2).with(PERIOD({ interval: '1h' }))
    const failing = call.fail('it').with(BG({ durable: true, retry: { attempts: 1, delay: 0 } }))
    await (await failing).get().catch(() => undefined)
  }

  #startStreams(signal) {
    async function* numbers() {
      for (let n = 0; !signal.aborted; n++) {
        yield n
        await delay(5)
      }
    }
    const summary = (running) =>
      running.then(
        (result) => result,
        (error) => error.summary ?? { error: { message: error.message }, receivers: {} },
      )
    const { call } = this.#g
    return {
      take: summary(call.take(numbers()).with(STREAM({ shm: false }))),
      keep: summary(call.keep(numbers()).with(STREAM({ delivery: 'durable', name: 'kept' }))),
    }
  }

  async #send(messages) {
    this.#last = messages
    const inbox = `_INBOX.fuzz.${this.#sent}`
    // Of a client that is no node, of a node, and of one that cannot be.
    const replies = [inbox, `${inbox}.daffi.worker.${this.#sent}`, `${inbox}.daffi.ü.x`]
    for (const { subject, payload, headers: fields } of messages) {
      const head = headers()
      for (const [name, value] of Object.entries(fields)) if (value !== '') head.set(name, value)
      const isRequest = /^daffi\.\w+\.(call|all|node|status|control)|^\$SRV/.test(subject)
      this.#nc.publish(subject, payload, {
        headers: head,
        ...(isRequest ? { reply: replies[this.#sent % 3] } : {}),
      })
      this.#sent++
    }
    await this.#nc.flush()
  }

  /** Looks whether every node answers its next call, and now and then whether jobs are done. */
  async #look(round) {
    for (const name of NODES) {
      const start = performance.now()
      try {
        const sum = await this.#g.call
          .add(round, 1)
          .to(name)
          .with(FG({ timeout: PATIENCE_MS / 1000 }))
        if (sum !== round + 1) this.#reasons.push(`${name} said ${sum} to ${round} + 1`)
        const ms = performance.now() - start
        if (ms > ANSWER_MS) this.#late.push(`${name} answered after ${Math.round(ms)} ms`)
      } catch (error) {
        this.#unanswered++
        this.#reasons.push(`${name}: ${error.message}`)
      }
    }
    if (round % 10 > 0) return
    try {
      const job = await this.#g.call.add(round, 1).with(BG({ durable: true }))
      await job.get({ timeout: PATIENCE_MS / 1000 })
    } catch (error) {
      this.#reasons.push(`a durable job: ${error.message}`)
    }
  }

  /** Looks now and then, and in each round where there are such messages only, at what the runs obey and the states keep. */
  async #lookFurther(round, runs) {
    const { targets } = this.#options
    const isDue = (target) => targets.includes(target) && (targets.length === 1 || round % 10 === 5)
    if (isDue('control')) this.#reasons.push(...(await judgeRuns(this.#nc, PIPELINE, runs)))
    if (isDue('state')) this.#reasons.push(...(await judgeState(this.#g, this.#nc, PIPELINE, round)))
  }

  /** Compares what the streams say with what the callbacks got. */
  async #judge(streams) {
    for (const [name, running] of Object.entries(streams)) {
      const late = delay(30_000, undefined, { ref: false })
      const summary = await Promise.race([running, late])
      if (!summary) this.#reasons.push(`the stream to ${name} does not end`)
      if (summary?.error) this.#reasons.push(`the stream to ${name} failed: ${summary.error.message}`)
      for (const node of summary ? NODES : []) {
        const { offered, processed, dropped, failed, lost } = summary.receivers[node] ?? {}
        const [items, different] = await this.#g.call.got(name).to(node)
        const isTrue =
          offered === processed + dropped + failed + lost && processed === items && items === different
        if (!isTrue || offered !== summary.items || lost > 0)
          this.#reasons.push(
            `${name} at ${node}: ${JSON.stringify({ ...summary.receivers[node], source: summary.items, items, different })}`,
          )
      }
    }
  }

  /** Looks whether others can still join, and read what is stored. */
  async #newcomers(folder, url) {
    const where = ['-f', 'fuzz.yaml', '--server', url]
    for (const [args, expected] of [
      [['call', 'add', '1', '2'], /^3$/m],
      [['dead', 'list'], /fail/],
      [['schedule', 'list'], /add/],
      [['start', 'spare'], /spare/],
      [['call', 'spare'], /^\d+$/m],
    ]) {
      const { code, output } = await runCommand(folder, [...args, ...where])
      if (code !== 0 || !expected.test(output))
        this.#reasons.push(`daffi ${args.join(' ')}: ${code} ${output}`)
    }
  }

  /** Process and incarnation of each node, by the service protocol. */
  async #processes() {
    const found = {}
    const replies = await this.#nc.requestMany(`$SRV.PING.daffi_${PIPELINE}`, '', {
      strategy: 'stall',
      stall: 300,
      maxWait: 3000,
    })
    for await (const reply of replies) {
      const { id, metadata } = reply.json()
      if (NODES.includes(metadata.node)) found[metadata.node] = { incarnation: id, pid: Number(metadata.pid) }
    }
    return found
  }
}

/** Memory of a process in MB. */
function rssOf(pid) {
  const [, kib = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kib) / 1024)
}

function shown({ subject, headers: fields, payload }) {
  const bytes = Buffer.from(payload)
  const text = JSON.stringify(fields).slice(0, SHOWN_BYTES)
  return `${JSON.stringify(subject)} ${text} ${bytes.length} bytes ${bytes.subarray(0, SHOWN_BYTES).toString('base64')}`
}
