import { expect, test } from 'vitest'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

/** Sets the title and the clipboard, erases lines, turns text around, and forges a line of another node. */
const HOSTILE = String.raw`\u001b]0;title\u0007\u001b]52;c;aGk=\u001b\\\u001b[2A\u009b2K\u202e\nsiren | forged\rsiren | forged`

const FILES = {
  'pipeline.yaml': `
name: alarm
callbacks: ./callbacks
nodes:
  watcher:
    calls:
      - call: alert
        modifier: { BG: { durable: true, retry: { attempts: 1, delay: 10ms } } }
        wait_for: [siren]
  siren: { callbacks: [alert, speak] }
`,
  'callbacks/alert.ts': `export default () => { throw new Error('no line${HOSTILE}') }\n`,
  'callbacks/speak.ts': `export default () => { console.log('printed${HOSTILE}'); return 'spoken${HOSTILE}' }\n`,
}

/** Characters that may stand in the output of a command without colours. */
const PLAIN = /^[\n\t\u0020-\u007e\u00a0-\u2029\u202f-\u2065\u206a-\uffff]*$/

test('what nodes say, throw and return does nothing to the terminal, and forges no line', async () => {
  const cwd = await temporaryProject(FILES)
  const up = startDaffi(['up', 'pipeline.yaml', '--stay'], { cwd })
  await up.waitForLine(/^watcher +\| alert: no line/)
  const run = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await runDaffi(args, { cwd })
    expect(stdout + stderr).toMatch(PLAIN)
    return stdout + stderr
  }
  expect(await run('call', 'speak')).toMatch(/^spoken\n/)
  expect(JSON.parse(await run('call', 'speak', '--json'))).toEqual({
    value: JSON.parse(`"spoken${HOSTILE}"`) as string,
  })
  expect(await run('call', 'alert')).toMatch(/^✖ no line\n {2}siren \| forged/)
  expect(await run('dead', 'list')).toMatch(/DAFFI_REMOTE no line\n {2}siren \| forged/)
  expect(await run('schedule', 'list')).toBe('none')

  up.kill('SIGINT')
  const { stdout, stderr } = await up.exited
  expect(stdout + stderr).toMatch(PLAIN)
  expect(stdout).toMatch(/^siren +\| printed$/m)
  // Each line that a node prints, or that is told of it, has its name before it.
  expect(stdout).toMatch(/^siren +\| siren \| forged$/m)
  expect(stdout).toMatch(/^watcher +\| siren \| forged/m)
  expect(stdout).not.toMatch(/^siren \| forged/m)
})
