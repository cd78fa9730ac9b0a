import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { connectNats, readState } from '../../src/runtime/nats/index.js'
import { askStatus } from '../../src/runtime/status/index.js'
import { ffmpegWith } from '../source/support.js'
import { openPage } from '../support/browser.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { ROOT } from '../support/paths.js'
import { freePort } from '../support/ports.js'
import { temporaryProject } from '../support/temporary.js'
import { camera } from './pipelines.js'

const DRAWN = 'canvas[data-drawn]'

/** Tells this test's ffmpeg from those of others. */
const FPS = String(29 + Math.random())

const project = {
  'camera.yaml': camera['camera.yaml'].replace('160x120, fps: 30', `960x540, fps: ${FPS}`),
  'callbacks/show_stream.ts': camera['callbacks/show_stream.ts'],
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
  const heard = await askStatus(nc, 'camera', { lines: {} })
  const status = heard.filter((each) => each.what === 'node').find(({ name }) => name === node)
  if (!status) throw new Error(`${node} does not answer`)
  return status.pid
}

const card = (page: Page, name: string) =>
  page.locator('.card', { has: page.locator(`strong:text-is("${name}")`) })

const ground = (page: Page) => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')

test('the page shows the pipeline live: pictures, a node that restarts, a camera that breaks off', async () => {
  const cwd = await temporaryProject(project)
  const up = startDaffi(['up', 'camera.yaml', '--view'], { cwd })
  const address = await addressOf(up)
  await up.waitForLine(/first frame/)
  const { page, complaints } = await openPage({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
  })

  await page.goto(address)
  await page.waitForSelector(DRAWN)
  expect(page.url()).not.toContain('token')
  const pixels = () => page.evaluate<string>('document.querySelector("canvas").toDataURL()')
  const before = await pixels()
  await expect.poll(pixels, { timeout: 10_000 }).not.toBe(before)
  await expect
    .poll(() => card(page, 'process2').textContent())
    .toMatch(/ready.*camera → show_stream[\d.]+\/s/)
  await page.locator('.lines li', { hasText: 'first frame 960 540' }).first().waitFor()

  process.kill(await pidOf(cwd, 'process3'), 'SIGKILL')
  await card(page, 'process3').getByText('ready · 1 restart').waitFor()
  const broken = async (): Promise<string | null> => {
    // Each time it is longer until it is started again.
    for (const pid of await ffmpegWith(`rate=${FPS}`)) process.kill(pid, 'SIGKILL')
    return await card(page, 'camera').textContent()
  }
  await expect.poll(broken, { timeout: 20_000, interval: 200 }).toContain('broken off')
  await card(page, 'camera').getByText('live').waitFor()

  const light = await ground(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await ground(page)).not.toBe(light)
  await page.focus('#theme')
  await page.keyboard.press('Enter')
  expect(await ground(page)).toBe(light)
  await page.keyboard.press('Tab')
  expect(await page.evaluate<string>('document.activeElement.ariaLabel')).toBe('enlarge camera')
  await page.keyboard.press('Enter')
  await page.waitForSelector(`dialog[open] ${DRAWN}`)
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog:not([open])', { state: 'attached' })

  if (process.env.UPDATE_SCREENSHOT !== undefined)
    await page.screenshot({ path: join(ROOT, 'docs/viewer.png') })
  expect(complaints).toEqual([])
})

test('another terminal joins, programs read figures and pictures, and strangers get nothing', async () => {
  const cwd = await temporaryProject(project)
  const up = startDaffi(['up', 'camera.yaml'], { cwd })
  await up.waitForLine(/first frame/)
  const view = startDaffi(['view', '-f', 'camera.yaml'], { cwd })
  const { origin, searchParams } = new URL(await addressOf(view))
  const bearer = { authorization: `Bearer ${searchParams.get('token') ?? ''}` }
  const get = (path: string, headers: Record<string, string> = bearer): Promise<Response> =>
    fetch(`${origin}${path}`, { headers, redirect: 'manual' })

  expect(await (await get('/metrics')).text()).toMatch(
    /daffi_receiver_processed_total\{.*receiver="process2".*\} \d+/,
  )
  const picture = await get('/streams/camera.jpg')
  expect(picture.headers.get('content-type')).toBe('image/jpeg')
  expect(
    Buffer.from(await picture.arrayBuffer())
      .subarray(0, 3)
      .toString('hex'),
  ).toBe('ffd8ff')
  const film = (await get('/streams/camera.mjpeg')).body?.getReader()
  const parts: string[] = []
  while (parts.join('').split('--daffi-picture').length < 4)
    parts.push(Buffer.from((await film?.read())?.value ?? []).toString('latin1'))
  await film?.cancel()
  expect((await get('/streams/nothing.jpg')).status).toBe(404)

  expect((await get('/healthz', {})).status).toBe(200)
  for (const path of [
    '/',
    '/metrics',
    '/events',
    '/pictures?stream=camera',
    '/streams/camera.jpg',
    '/main.js',
    '/?token=x',
  ])
    expect((await get(path, {})).status, path).toBe(401)
  expect((await get('/metrics', { ...bearer, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await get('/metrics', { ...bearer, origin: 'http://localhost:1' })).status).toBe(403)
  expect((await fetch(`${origin}/metrics`, { method: 'POST', headers: bearer })).status).toBe(405)

  view.kill('SIGINT')
  expect(await view.exited).toMatchObject({ exitCode: 0 })
})

test('a port that is taken is an error that says so, and leaves nothing behind', async () => {
  const cwd = await temporaryProject(project)
  const port = await freePort()
  const first = startDaffi(['up', 'camera.yaml', '--view', String(port)], { cwd })
  await addressOf(first)
  const { exitCode, stdout } = await runDaffi(
    ['view', '-f', 'camera.yaml', '--port', String(port), '--json'],
    { cwd },
  )
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DAFFI_PORT_TAKEN' } })
})
