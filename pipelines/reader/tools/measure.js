// Measures the pipeline with its model: node pipelines/reader/tools/measure.js, in a clone that is built. Each line of figures
// is one run with clip.mp4, of which clip.json says what each frame shows.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPipeline } from '../../../dist/runtime/testing.js'

const file = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const { shown } = JSON.parse(await readFile(file('clip.json'), 'utf8'))
const folder = await mkdtemp(join(tmpdir(), 'reader-'))

/** Kills the process of a node, when half of the clip has been read. */
async function killLater(pipeline, node) {
  for (;;) {
    const readings = await pipeline.g.call.readings().to('tracker')
    if ((readings.at(-1)?.item ?? 0) > shown.length / 2) break
    await delay(100)
  }
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args='])
  const [, pid] = new RegExp(`^ *(\\d+) +${process.pid} +daffi: reader/${node}\\b`, 'm').exec(stdout) ?? []
  if (pid === undefined) throw new Error(`${node} does not run`)
  process.kill(Number(pid), 'SIGKILL')
}

async function measure(what, { paced, kill }) {
  const camera = { kind: 'file', path: file('clip.mp4'), size: '640x360', format: 'rgb24', paced }
  const env = { ...process.env, READINGS_DB: join(folder, 'readings.db'), ALERT_URL: '' }
  const pipeline = await startPipeline(file('reader.yaml'), { env, sources: { camera } })
  try {
    const killed = kill ? killLater(pipeline, kill) : undefined
    const streams = await pipeline.finished({ timeout: '3m' })
    await killed
    const readings = await pipeline.g.call.readings().to('tracker')
    const lost = streams
      .flatMap(({ receivers }) => Object.values(receivers))
      .reduce((sum, each) => sum + each.lost, 0)
    console.log(`${what}: ${figures(readings)}, ${lost} items lost`)
  } finally {
    await pipeline.close()
  }
}

function figures(readings) {
  const found = new Map(readings.map(({ item, texts }) => [item, texts]))
  const wanted = [...shown.entries()].filter(([, text]) => text !== null)
  const right = wanted.filter(([item, text]) => found.get(item)?.includes(text)).length
  const early = readings.filter(({ item }, index) =>
    readings.slice(0, index).some((each) => each.item > item),
  )
  const latencies = readings.map(({ latency }) => latency).sort((a, b) => a - b)
  const at = (part) => Math.round(latencies[Math.floor(part * (latencies.length - 1))])
  const seconds = (readings.at(-1).at - readings[0].at) / 1000
  return [
    `text found in ${right} of ${wanted.length} frames that show one (${((100 * right) / wanted.length).toFixed(1)} %)`,
    `${readings.length} frames read (${countsOf(readings.map(({ from }) => from))}), ${early.length} after a later one`,
    `${((readings.length - 1) / seconds).toFixed(1)} fps`,
    `latency p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  ].join(', ')
}

function countsOf(names) {
  const unique = [...new Set(names)].sort()
  return unique.map((name) => `${name}: ${names.filter((each) => each === name).length}`).join(', ')
}

try {
  await measure('at its own speed', { paced: true })
  await measure('as fast as it goes', { paced: false })
  await measure('own speed, kill -9 of a reader', { paced: true, kill: 'reader-1' })
  await measure('as fast as it goes, kill -9 of a reader', { paced: false, kill: 'reader-1' })
} finally {
  await rm(folder, { recursive: true })
}
