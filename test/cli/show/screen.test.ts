import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { Output } from '../../../src/cli/show/output.js'
import { Screen } from '../../../src/cli/show/screen.js'

/** A terminal as far as lines go: understands the moves that Screen makes. */
class Terminal extends Writable {
  readonly isTTY = true
  readonly columns = 20
  rows = ['']

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    for (const [part, up] of chunk.toString().matchAll(/\u001b\[(\d+)A|\u001b\[0?J|[^\u001b]+/g)) {
      if (up !== undefined) this.rows.splice(-1 - Number(up), Infinity, '')
      else if (!part.startsWith('\u001b')) this.#print(part)
    }
    done()
  }

  #print(text: string): void {
    const [first = '', ...more] = text.split('\n')
    this.rows.push((this.rows.pop() ?? '') + first, ...more)
  }
}

test('live lines stay below the lines that scroll by', () => {
  const terminal = new Terminal()
  const screen = new Screen(new Output(terminal as unknown as NodeJS.WriteStream))
  const live = screen.section()
  screen.line('one')
  live(['progress 1', 'progress 2'])
  screen.line('two')
  live(['much more than fits into the width'])
  screen.line('three')
  expect(terminal.rows).toEqual(['one', 'two', 'three', 'much more than fits', ''])
  live([])
  expect(terminal.rows).toEqual(['one', 'two', 'three', ''])
})

test('sections of live lines stay in their order, whichever changes', () => {
  const terminal = new Terminal()
  const screen = new Screen(new Output(terminal as unknown as NodeJS.WriteStream))
  const [streams, fetches] = [screen.section(), screen.section()]
  fetches(['fetching'])
  streams(['stream 1', 'stream 2'])
  screen.line('one')
  expect(terminal.rows).toEqual(['one', 'stream 1', 'stream 2', 'fetching', ''])
  fetches([])
  streams(['stream 1'])
  expect(terminal.rows).toEqual(['one', 'stream 1', ''])
})
