// What watching costs: how soon the first picture is there after the page was opened, and what live receivers drop with
// the page open and without, in turns. `--json` prints an array of { name, value, unit }.
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { createInterface } from 'node:readline'
import { spawn } from 'node:child_process'
import packaged from '@sparticuz/chromium'
import { chromium } from 'playwright-core'
import { cameraProject } from './lib/camera-project.js'
import { cpuSeconds } from './lib/process.js'
import { BIN, withProject } from './lib/project.js'

const RUNS = 3
const SECONDS = 10

const FILES = cameraProject({
  size: '1280x720',
  writer: 'process1',
  readers: ['process2', 'process3'],
  module: 'show_stream.ts',
  code: `
let seen = 0
export default (frame: { data: Buffer }) => {
  if (seen++ === 0) console.log('first frame', frame.data.length)
}
`,
})

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
const share = (runs, watched) => {
  const counts = runs.filter((run) => run.watched === watched)
  const sum = (of) => counts.reduce((total, run) => total + of(run), 0)
  return Number(((100 * sum((run) => run.dropped)) / sum((run) => run.offered)).toFixed(2))
}

await withProject(FILES, async (project) => {
  const browser = await chromium.launch({
    executablePath: await packaged.executablePath(),
    args: ['--no-sandbox'],
  })
  const runs = []
  try {
    for (let run = 0; run < RUNS; run++) {
      for (const watched of [false, true]) runs.push(await watch(project, watched ? browser : undefined))
    }
  } finally {
    await browser.close()
  }
  report([
    {
      name: 'first picture after the page is opened',
      value: median(runs.flatMap((run) => run.first ?? [])),
      unit: 'ms',
    },
    { name: 'dropped with no page open', value: share(runs, false), unit: '%' },
    { name: 'dropped with the page open', value: share(runs, true), unit: '%' },
    { name: 'processor time of daffi with no page open', value: cpu(runs, false), unit: 's/s' },
    { name: 'processor time of daffi with the page open', value: cpu(runs, true), unit: 's/s' },
  ])
})

function cpu(runs, watched) {
  return Number(median(runs.filter((run) => run.watched === watched).map((run) => run.cpu)).toFixed(2))
}

async function watch(project, browser) {
  const up = spawn(
    process.execPath,
    [BIN, 'up', 'camera.yaml', '--view', '--duration', `${SECONDS}s`, '--json'],
    {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const output = up.stdout.toArray()
  let address
  for await (const line of createInterface({ input: up.stderr })) {
    address ??= /^watch it at (.*)$/.exec(line)?.[1]
    if (line.includes('first frame')) break
  }
  up.stderr.resume()
  const page = await browser?.newPage({ viewport: { width: 1280, height: 800 } })
  const opened = performance.now()
  await page?.goto(address)
  await page?.waitForSelector('canvas[data-drawn]')
  const first = page && Math.round(performance.now() - opened)
  const [began, before] = [performance.now(), cpuSeconds(up.pid)]
  await delay((SECONDS - 4) * 1000)
  const cpu = (cpuSeconds(up.pid) - before) / ((performance.now() - began) / 1000)
  const exited = once(up, 'exit')
  const result = JSON.parse(Buffer.concat(await output).toString())
  if (up.exitCode === null) await exited
  await page?.close()
  const receivers = Object.values(result.streams[0].receivers)
  const sum = (name) => receivers.reduce((total, receiver) => total + receiver[name], 0)
  return { watched: browser !== undefined, first, cpu, dropped: sum('dropped'), offered: sum('offered') }
}

function report(rows) {
  if (process.argv.includes('--json')) console.log(JSON.stringify(rows, null, 2))
  else for (const { name, value, unit } of rows) console.log(`${name.padEnd(45)} ${value} ${unit}`)
}
