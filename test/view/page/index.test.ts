import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROOT } from '../../support/paths.js'

const PAGE = `${ROOT}src/runtime/view/page/`
const html = readFileSync(`${PAGE}index.html`, 'utf8')
const files = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).map((name) =>
  name.replaceAll('\\', '/'),
)

/** The files that a kind of element names, in alphabetical order. */
const named = (element: RegExp): string[] => [...html.matchAll(element)].map(([, name = '']) => name).sort()

test('every module of the page is loaded ahead, but for the one that loads them', () => {
  const modules = files.filter((name) => name.endsWith('.ts')).map((name) => name.replace(/ts$/, 'js'))
  const loaded = [
    ...named(/<link rel="modulepreload" href="([^"]+)"/g),
    ...named(/<script type="module" src="([^"]+)"/g),
  ]
  expect(loaded.sort()).toEqual(modules.sort())
})

test('every style sheet of the page is linked', () => {
  const sheets = files.filter((name) => name.endsWith('.css'))
  expect(named(/<link rel="stylesheet" href="([^"]+)"/g)).toEqual(sheets.sort())
})
