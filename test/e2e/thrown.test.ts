import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

const project = {
  'pipeline.yaml': `
name: shop
callbacks: ./callbacks
sources:
  slow: { kind: module, module: ./slow.ts }
nodes:
  boss:
    restart: no
    calls:
      - { call: look, args: [null] }
      - { call: take, source: slow, modifier: { STREAM: { delivery: lossless } } }
      - { call: keep, source: slow, modifier: { STREAM: { delivery: lossless } } }
  worker: { callbacks: [look, take, keep] }
`,
  'callbacks/look.ts': `const size = (picture: { width: number }) =>
  picture.width
export default (picture: { width: number }) => size(picture)`,
  'callbacks/take.ts': `export default (_item: number) => {
  throw new RangeError('none left')
}`,
  'callbacks/keep.ts': `export default (_item: number) => undefined`,
  'slow.ts': `import { appendFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
export default async function* () {
  try {
    for (;;) {
      yield 1
      await sleep(20)
    }
  } finally {
    await sleep(200)
    await appendFile(new URL('closed', import.meta.url), 'closed ')
  }
}`,
}

const count = (text: string, part: string): number => text.split(part).length - 1

test("a callback's error is told with name, place and stack, once each; a source's finally runs to its end", async () => {
  const cwd = await temporaryProject(project)
  const up = startDaffi(['up', '--stay'], { cwd, ownGroup: true })
  const message = "TypeError: Cannot read properties of null (reading 'width')"
  await up.waitForLine(
    /^boss +\| look: TypeError: Cannot read properties of null \(reading 'width'\) \(DAFFI_REMOTE\)$/,
  )
  await up.waitForLine(
    /^boss +\| take: .*worker stopped: "take" threw at item 0: RangeError: none left \(.*\/take.ts:2\)/,
  )

  const place = join(cwd, 'callbacks', 'look.ts')
  const { stderr } = await runDaffi(['call', 'look', 'null'], { cwd })
  const [head, ...frames] = stderr.split('\n')
  expect(head).toBe(`✖ ${message} (DAFFI_REMOTE)`)
  expect(frames.slice(0, -1)).toEqual([
    expect.stringContaining(`at size (${place}:2:`),
    expect.stringContaining(`${place}:3:`),
  ])
  const { stdout } = await runDaffi(['call', 'look', 'null', '--json'], { cwd })
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      message: message.slice('TypeError: '.length),
      node: 'worker',
      name: 'TypeError',
      file: place,
      line: 2,
      stack: expect.stringMatching(/^at size \(.*\nat .*:3:\d+\)?$/) as string,
    },
  })
  const nobody = await runDaffi(['call', 'look', '--to', 'nobody'], { cwd })
  expect(nobody.stderr).toMatch(/^✖ there is no node "nobody"; there are worker \(DAFFI_UNKNOWN_NODE\)/)

  up.interrupt()
  const ended = await up.exited
  expect(count(ended.stdout + ended.stderr, 'at size (')).toBe(1)
  expect(ended.stdout).toContain(`✖ boss called look (FG): ${message} (${place}:2)`)
  expect(ended.stderr).toContain(`✖ ${message} (${place}:2) (DAFFI_REMOTE)`)
  expect(await readFile(join(cwd, 'closed'), 'utf8')).toBe('closed ')
})
