import { expect, test } from 'vitest'
import { merge } from '../../../src/runtime/view/http/merge.js'
import { pageFile } from '../../../src/runtime/view/http/page-files.js'
import { streamBody } from '../../../src/runtime/view/http/stream-body.js'

test('what makes a body is ended when nobody reads it any more', async () => {
  const ended: boolean[] = []
  const body = streamBody(async function* (signal) {
    try {
      for (let n = 0; ; n++) yield `${n}`
    } finally {
      ended.push(signal.aborted)
    }
  })
  const reader = body.getReader()
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('0')
  await reader.cancel()
  expect(ended).toEqual([true])
})

test('a generator that is always ready does not keep the others from their turn', async () => {
  let closed = 0
  const endless = async function* (name: string) {
    try {
      for (;;) yield name
    } finally {
      closed++
    }
  }
  const seen = []
  for await (const name of merge([endless('a'), endless('b'), endless('c')])) {
    seen.push(name)
    if (seen.length === 9) break
  }
  expect(new Set(seen)).toEqual(new Set(['a', 'b', 'c']))
  expect(closed).toBe(3)
})

const NO_FILES = [
  '../viewer.js',
  'graph/../main.js',
  'a/b.js',
  '..',
  'nothing.js',
  'tsconfig.json',
  'index.html.ts',
]

test.each(NO_FILES)('the page has no file %j', async (name) => {
  expect(await pageFile(name)).toBeUndefined()
})

test('the page has files in folders', async () => {
  expect(await pageFile('graph/graph.js')).toMatchObject({ type: 'text/javascript; charset=utf-8' })
  expect(await pageFile('graph/graph.css')).toMatchObject({ type: 'text/css; charset=utf-8' })
})

test('the page has its font', async () => {
  expect(await pageFile('inter.woff2')).toMatchObject({ type: 'font/woff2' })
})
