import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { connectNats, readState } from '../../src/runtime/nats/index.js'
import { askStatus, statusSubject } from '../../src/runtime/status/index.js'
import { ffmpegWith } from '../support/ffmpeg.js'
import { openPage } from '../support/browser.js'
import { certificateAuthority } from '../support/certificates.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { ROOT } from '../support/paths.js'
import { freePort } from '../support/ports.js'
import { temporaryProject } from '../support/temporary.js'
import { endless } from './pipelines.js'

const DRAWN = 'canvas[data-drawn]'

/** Tells this test's ffmpeg from those of others. */
const FPS = String(29 + Math.random())

/** A camera, and a slow source of pictures that are no camera's, in which a stage looks for the sun. */
const project = {
  'yard.yaml': `
name: yard
callbacks: ./callbacks
sources:
  gate: { kind: camera, device: test, size: 960x540, fps: ${FPS}, format: bgr24 }
  sky: { kind: module, module: ./sky.ts }
nodes:
  process1:
    calls:
      - { call: show_stream, source: gate, modifier: STREAM, wait_for: [process2, process3] }
      - { call: find_sun, source: sky, modifier: STREAM, wait_for: [process2] }
  process2:
    callbacks: [show_stream, find_sun]
    calls: [{ call: greet, results_of: find_sun, modifier: STREAM, wait_for: [process3] }]
  process3: { callbacks: [show_stream, greet] }
`,
  'sky.ts': `
import { setTimeout as delay } from 'node:timers/promises'
import type { Frame } from 'daffi'

const width = 640
const height = 360
const mix = (from: number[], to: number[], share: number) => from.map((part, n) => part + ((to[n] ?? 0) - part) * share)

/** A sun that sets. */
export default async function* sky(): AsyncGenerator<Frame> {
  for (let sequence = 0; ; sequence++) {
    const sun = height * (0.35 + 0.005 * (sequence % 60))
    const data = Buffer.alloc(width * height * 3)
    for (let y = 0; y < height; y++) {
      const evening = mix([38, 44, 92], [247, 150, 84], y / height)
      for (let x = 0; x < width; x++) {
        const glow = Math.max(0, 1 - Math.hypot(x - width / 2, y - sun) / 150) ** 2
        const disc = Math.hypot(x - width / 2, y - sun) < 38
        const sea = y > height * 0.78
        const colour = sea ? mix([24, 34, 66], [214, 118, 84], glow) : disc ? [255, 236, 196] : mix(evening, [255, 214, 150], glow)
        data.set(colour, (y * width + x) * 3)
      }
    }
    yield { data, width, height, format: 'rgb24', sequence, time: Date.now() }
    await delay(500)
  }
}
`,
  'callbacks/find_sun.ts': `
import type { Frame } from 'daffi'

/** Finds the bright disc. */
export default ({ data, width, height }: Frame) => {
  let [left, top, right, bottom] = [width, height, 0, 0]
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if ((data[3 * (y * width + x) + 1] ?? 0) < 230) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
  const sun = { x: left, y: top, width: right - left + 1, height: bottom - top + 1, label: 'sun', score: 0.98 }
  const away = { x: 5000, y: 0, width: 9, height: 9, label: '<b>away</b>' }
  return { boxes: [sun, { x: 'no place' }, away] }
}
`,
  'callbacks/greet.ts': 'export default (_: unknown) => {}',
  'callbacks/show_stream.ts': `
import { type Frame } from 'daffi'
let count = 0
export default (frame: Frame) => {
  if (count++ === 0) console.log('first frame', frame.width, frame.height, frame.format)
}
`,
}

/** The address that a command prints. */
async function addressOf(command: { waitForLine: (pattern: RegExp) => Promise<string> }): Promise<string> {
  const line = await command.waitForLine(/^watch it at http/)
  return line.replace('watch it at ', '')
}

async function pidOf(cwd: string, node: string): Promise<number> {
  const { url = '', token = '' } = readState(cwd) ?? {}
  const nc = await connectNats({ url, token }, { name: 'test' })
  onTestFinished(() => nc.close())
  const heard = await askStatus(nc, 'yard', { lines: {} })
  const status = heard.filter((each) => each.what === 'node').find(({ name }) => name === node)
  if (!status) throw new Error(`${node} does not answer`)
  return status.pid
}

const card = (page: Page, name: string) =>
  page.locator('.card', { has: page.locator(`strong:text-is("${name}")`) })

/** The text of the box on the page, and the colour of the picture in the middle of the box. */
const PIXEL_IN_BOX = `(() => {
  const box = document.querySelector('.boxes rect')
  const canvas = document.querySelector('canvas[data-stream="sky"]')
  if (!box) return 'no box'
  const [frame, place] = [canvas.getBoundingClientRect(), box.getBoundingClientRect()]
  const x = ((place.x + place.width / 2 - frame.x) / frame.width) * canvas.width
  const y = ((place.y + place.height / 2 - frame.y) / frame.height) * canvas.height
  const pixel = [...canvas.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3)
  return box.nextElementSibling.textContent + ': ' + pixel
})()`

const ground = (page: Page) => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')

test('the page shows the pipeline live: pictures, a node that restarts, a camera that breaks off', async () => {
  const cwd = await temporaryProject(project)
  const up = startDaffi(['up', 'yard.yaml', '--view'], { cwd })
  const address = await addressOf(up)
  await up.waitForLine(/first frame/)
  const { page, complaints } = await openPage({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
  })

  await page.goto(address)
  await page.waitForSelector(DRAWN)
  expect(page.url()).not.toContain('token')
  expect(await page.context().cookies()).toEqual([])
  const pixels = () => page.evaluate<string>('document.querySelector("canvas").toDataURL()')
  const before = await pixels()
  await expect.poll(pixels).not.toBe(before)
  await expect.poll(() => card(page, 'process2').textContent()).toMatch(/ready.*gate → show_stream[\d.]+\/s/)
  await page.locator('.lines li', { hasText: 'first frame' }).first().waitFor()

  await expect.poll(() => page.locator(DRAWN).count()).toBe(2)
  // Its middle is a pixel of the sun.
  const inBox = () => page.evaluate<string>(PIXEL_IN_BOX)
  await expect.poll(inBox).toMatch(/^sun 98 %: 25\d,2[34]\d,(19|20)\d$/)
  expect(await page.locator('.boxes text').allTextContents()).toEqual(['sun 98 %', '<b>away</b>'])
  await expect
    .poll(() => card(page, 'process2').textContent())
    .toMatch(/find_sunin (\d+) *out \1.*find_sun → greet/)
  await expect.poll(() => card(page, 'sky').textContent()).toMatch(/end to end [\d.]+ \/ [\d.]+ ms/)
  if (process.env.UPDATE_SCREENSHOT !== undefined)
    await page.screenshot({ path: join(ROOT, 'docs/viewer.png') })

  process.kill(await pidOf(cwd, 'process3'), 'SIGKILL')
  await card(page, 'process3').getByText('ready · 1 restart').waitFor()
  const broken = async (): Promise<string | null> => {
    // Each time it is longer until it is started again.
    for (const pid of await ffmpegWith(`rate=${FPS}`)) process.kill(pid, 'SIGKILL')
    return await card(page, 'gate').textContent()
  }
  await expect.poll(broken, { interval: 200 }).toContain('broken off')
  await card(page, 'gate').getByText('live').waitFor()

  const light = await ground(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await ground(page)).not.toBe(light)
  await page.focus('#theme')
  await page.keyboard.press('Enter')
  expect(await ground(page)).toBe(light)
  await page.keyboard.press('Tab')
  expect(await page.evaluate<string>('document.activeElement.className')).toBe('boxes-switch')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('.boxes rect').count()).toBe(0)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await page.evaluate<string>('document.activeElement.ariaLabel')).toBe('enlarge gate')
  await page.keyboard.press('Enter')
  await page.waitForSelector(`dialog[open] ${DRAWN}`)
  await page.keyboard.press('ArrowRight')
  await page.waitForSelector('dialog[open] .boxes rect')
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog:not([open])', { state: 'attached' })

  expect(complaints).toEqual([])
})

test('a call in trouble is seen on its card, in the header, in the table and in the log', async () => {
  const work = `export default (n) => { if (n >= 3) throw new Error('too dark') }`
  const files = endless(work)
  const cwd = await temporaryProject({
    ...files,
    'pipeline.yaml': (files['pipeline.yaml'] ?? '').replace(
      'delivery: live',
      'delivery: live, on_error: stop',
    ),
  })
  const up = startDaffi(['up', '--view', '--control'], { cwd })
  const { page } = await openPage({ colorScheme: 'light' })
  const address = new URL(await addressOf(up))
  await page.goto(address.href)
  // Of a live stream any item may be dropped.
  const why = `:has-text('"work" threw at item'):has-text('too dark')`
  await page.waitForSelector(`.card:has-text("writer"):has(.chip:has-text("degraded")) .why${why}`)
  await page.waitForSelector('#totals[data-tone="bad"]:has-text("1 of 2 nodes ready · 1 in trouble")')
  await page.waitForSelector(`#streams th:has-text("worker") .why${why}`)
  await page.waitForSelector(`#log li[data-level="error"]${why}`)
  await page.waitForSelector('#log li[data-level="warn"]:has-text("degraded")')
  await page.waitForSelector(`#trouble li:has-text("writer: ticks → work")${why}`)

  await card(page, 'worker')
    .getByText(/^\d+ % cpu · \d+ MiB/)
    .waitFor()
  await page.getByRole('button', { name: 'stop worker' }).click()
  await card(page, 'worker').locator('.chip', { hasText: 'stopped' }).waitFor()
  await page.getByRole('button', { name: 'start worker' }).click()
  await card(page, 'worker').getByText('ready · 1 restart').waitFor()
  const tokens = new URLSearchParams(address.hash.slice(1))
  const order = (path: string, headers: Record<string, string> = {}, method = 'POST'): Promise<Response> =>
    fetch(new URL(path, address), {
      method,
      headers: {
        origin: address.origin,
        authorization: `Bearer ${tokens.get('token')}`,
        'daffi-order-token': tokens.get('control') ?? '',
        ...headers,
      },
    })
  const later = '{ BG: { durable: true, id: later-1, delay: 1h } }'
  expect((await runDaffi(['call', 'work', '1', '--modifier', later], { cwd })).exitCode).toBe(0)
  for (const path of ['/nodes/worker/stop', '/jobs/later-1/cancel']) {
    expect((await order(path, { 'daffi-order-token': '' })).status).toBe(401)
    expect((await order(path, { origin: 'http://elsewhere.example' })).status).toBe(403)
    expect((await order(path, {}, 'GET')).status).toBe(404)
  }
  for (const [path, code] of [
    ['/nodes/wrker/stop', 'DAFFI_UNKNOWN_NODE'],
    ['/jobs/later-2/cancel', 'DAFFI_UNKNOWN_JOB'],
    ['/letters/x/drop', 'DAFFI_NO_DEAD_LETTER'],
  ] as const) {
    const refused = await order(path)
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code } }])
  }
  const job = page.locator('#work li', { hasText: 'later-1' })
  await job.getByText('waiting').waitFor()
  await job.getByRole('button', { name: 'cancel later-1' }).click()
  await job.getByText('really cancel?').click()
  await job.getByText('cancelled').waitFor()
})

test('another terminal joins, programs read figures and pictures, and strangers get nothing', async () => {
  const cwd = await temporaryProject(project)
  const up = startDaffi(['up', 'yard.yaml'], { cwd })
  await up.waitForLine(/first frame/)
  const view = startDaffi(['view', '-f', 'yard.yaml'], { cwd })
  const { origin, hash } = new URL(await addressOf(view))
  const bearer = { authorization: `Bearer ${hash.replace('#token=', '')}` }
  const get = (path: string, headers: Record<string, string> = bearer): Promise<Response> =>
    fetch(`${origin}${path}`, { headers, redirect: 'manual' })

  await expect
    .poll(async () => (await get('/metrics')).text())
    .toMatch(
      /daffi_stage_in_total\{node="process2",callback="find_sun".*\} [1-9][^]*daffi_receiver_processed_total\{.*receiver="process2".*\} \d+/,
    )
  const picture = await get('/streams/gate.jpg')
  expect(picture.headers.get('content-type')).toBe('image/jpeg')
  expect(
    Buffer.from(await picture.arrayBuffer())
      .subarray(0, 3)
      .toString('hex'),
  ).toBe('ffd8ff')
  const film = (await get('/streams/gate.mjpeg')).body?.getReader()
  const parts: string[] = []
  while (parts.join('').split('--daffi-picture').length < 4)
    parts.push(Buffer.from((await film?.read())?.value ?? []).toString('latin1'))
  await film?.cancel()
  expect((await get('/streams/nothing.jpg')).status).toBe(404)

  expect((await get('/healthz', {})).status).toBe(200)
  for (const path of [
    '/metrics',
    '/events',
    '/pictures?stream=gate',
    '/streams/gate.jpg',
    '/metrics?token=x',
  ])
    expect((await get(path, {})).status, path).toBe(401)
  // The page itself tells nothing, and sets no cookie, which every server of this host would get.
  for (const path of ['/', '/main.js', `/${hash}`, `/?${hash.slice(1)}`]) {
    const { status, headers } = await get(path, {})
    expect([status, headers.get('set-cookie')], path).toEqual([200, null])
  }
  expect((await get('/pictures?stream=nothing&stream=gate&stream=gate')).status).toBe(200)
  expect((await get('/pictures?stream=nothing')).status).toBe(404)
  expect((await get('/metrics', { ...bearer, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await get('/metrics', { ...bearer, origin: 'http://localhost:1' })).status).toBe(403)
  expect((await fetch(`${origin}/metrics`, { method: 'POST', headers: bearer })).status).toBe(405)

  view.kill('SIGINT')
  expect(await view.exited).toMatchObject({ exitCode: 0 })
})

/** The fingerprint of the certificate that a new connection gets. */
async function servedCertificate(port: string): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}

test('a page without the token says what to do, and shows all when it has it, or the password is given', async () => {
  const cwd = await temporaryProject(endless('export default (_n) => {}'))
  const up = startDaffi(['up', '--view'], { cwd })
  const address = await addressOf(up)
  const { page } = await openPage({ colorScheme: 'light', ignoreHTTPSErrors: true })
  await page.goto(new URL('/', address).href)
  await page.waitForSelector('#connection:has-text("open the address that daffi printed")')
  await page.goto(address)
  await page.waitForSelector('#connection:has-text("live")')
  await page.reload()
  await page.waitForSelector('#connection:has-text("live")')

  const password = join(cwd, 'viewer.password')
  await writeFile(password, 'correct horse\n', { mode: 0o600 })
  const authority = await certificateAuthority()
  const { cert, key } = await authority.issue({ host: 'localhost' })
  const https = ['--https-cert', cert, '--https-key', key]
  const view = startDaffi(['view', '--host', '0.0.0.0', '--password-file', password, ...https], { cwd })
  const { port } = new URL(await addressOf(view))
  // A name that the viewer does not know.
  await page.goto(`https://box.localhost:${port}/`)
  await page.fill('#password', 'wrong horse')
  await page.keyboard.press('Enter')
  await page.getByText('this is not the password').waitFor()
  await page.fill('#password', 'correct horse')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#connection:has-text("live")')
  expect(await page.context().cookies()).toMatchObject([
    { name: `__Host-daffi-view-${port}`, httpOnly: true, secure: true, sameSite: 'Strict' },
  ])

  const used = await servedCertificate(port)
  await writeFile(cert, 'no certificate')
  await view.waitForLine(/the certificate before stays in use: .*cert\.pem holds no certificate/)
  expect(await servedCertificate(port)).toBe(used)
  const renewed = await authority.issue({ host: 'localhost' })
  await rename(renewed.key, key)
  await rename(renewed.cert, cert)
  await view.waitForLine(/cert\.pem has changed, and is used from now on/)
  expect(await servedCertificate(port)).not.toBe(used)
  view.kill('SIGINT')
  const { exitCode, stdout, stderr } = await view.exited
  expect(exitCode).toBe(0)
  expect(stdout + stderr).not.toMatch(/horse|unencrypted/)
  expect(stderr.match(/used from now on/g)).toHaveLength(1)
})

test('strangers cause one request at a time, and what others say does nothing to the page', async () => {
  const cwd = await temporaryProject(endless('export default (_n) => {}'))
  const up = startDaffi(['up', '--view'], { cwd })
  const { origin, hash } = new URL(await addressOf(up))
  const { url = '', token = '' } = readState(cwd) ?? {}
  const nc = await connectNats({ url, token }, { name: 'other' })
  onTestFinished(() => nc.close())
  let asked = 0
  const line = {
    number: 1,
    time: Date.now(),
    node: 'evil',
    stream: 'stdout',
    level: 'error',
    text: '\u001b]0;x\u0007gone \u202etxt.',
  }
  nc.subscribe(statusSubject('endless'), {
    callback: (_error, message) => {
      asked++
      const run = { what: 'run', id: 'evil', host: 'here', pid: 1, since: 0, background: false }
      message.respond(JSON.stringify({ ...run, nodes: {}, calls: [], streams: [], lines: [line] }))
    },
  })
  await nc.flush()
  await Promise.all(Array.from({ length: 200 }, async () => (await fetch(`${origin}/readyz`)).text()))
  expect(asked).toBeGreaterThan(0)
  expect(asked).toBeLessThan(40)

  const events = await fetch(`${origin}/events?${hash.slice(1)}`)
  const reader = events.body?.getReader()
  let told = ''
  while (!told.includes('gone')) told += Buffer.from((await reader?.read())?.value ?? []).toString()
  await reader?.cancel()
  expect(told).toContain('"text":"gone txt."')
  expect(told).not.toMatch(/\u202e|\\u001b/)
})

test('a port that is taken is an error that says so, and leaves nothing behind', async () => {
  const cwd = await temporaryProject(endless('export default (_n) => {}'))
  const port = await freePort()
  const first = startDaffi(['up', '--view', String(port)], { cwd })
  await addressOf(first)
  const { exitCode, stdout } = await runDaffi(['view', '--port', String(port), '--json'], {
    cwd,
  })
  expect(exitCode).toBe(1)
  const message = `the viewer cannot use port ${port} of 127.0.0.1: another program listens there already`
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DAFFI_PORT_TAKEN', message } })
})
