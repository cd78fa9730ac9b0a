import { expect, test } from 'vitest'
import { runDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

test.each([
  ['--help', 'help', '-h'],
  ['dead show --help', 'help dead show', 'dead show -h', '-h dead show'],
  ['dead --help', 'help dead'],
  ['--version', 'version', '-v'],
])('%s may also be asked for in the ways of other programs', async (usual, ...others) => {
  const cwd = await temporaryProject({})
  const ask = (words: string) => runDaffi(words.split(' '), { cwd })
  const answer = await ask(usual)
  expect(answer).toMatchObject({ exitCode: 0, stderr: '' })
  expect(answer.stdout).toMatch(/\S/)
  for (const same of await Promise.all(others.map(ask))) expect(same).toEqual(answer)
})

test('the line of usage has flags alone, and their text says which others they need', async () => {
  const { stdout } = await runDaffi(['up', '--help'], { cwd: await temporaryProject({}) })
  const help = stdout.replaceAll(/\s+/g, ' ')
  expect(help).toContain(' [--control] ')
  expect(help).toContain(' [--view [PORT]] ')
  expect(help).toContain('of --https-cert. Needs --view and --https-cert.')
})
