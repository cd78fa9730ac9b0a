import { expect, test } from 'vitest'
import { suggest } from '../../../src/cli/index.js'

type Commands = Parameters<typeof suggest>[1]

const file = { name: 'file', char: 'f', type: 'option' as const, multiple: false, input: [] }
const commands = [
  {
    id: 'node',
    summary: 'Run one node.',
    args: { file: { name: 'file' } },
    flags: { name: { name: 'name', type: 'option' }, file },
  },
  { id: 'dead:list', summary: 'List dead letters.', args: { file: { name: 'file' } }, flags: { file } },
  {
    id: 'stream',
    args: { source: { name: 'source' }, file: { name: 'file' } },
    flags: { file, json: { name: 'json', type: 'boolean', summary: 'Print JSON.' } },
  },
  { id: 'rate', args: { stream: { name: 'stream', multiple: true } }, flags: { file } },
  { id: 'stop', args: { node: { name: 'node', multiple: true } }, flags: { file } },
  { id: 'lint', args: { file: { name: 'file', multiple: true } }, flags: {} },
  {
    id: 'scale',
    args: { 'node=n': { name: 'node=n', multiple: true } },
    flags: { file, profile: { name: 'profile', type: 'option', multiple: true } },
  },
  { id: 'dead:secret', hidden: true, args: {}, flags: {} },
] as unknown as Commands

/** Completes words, where names tell the file that they come from. */
async function texts(...words: string[]): Promise<string[]> {
  const found = await suggest(words, commands, {
    files: () => Promise.resolve(['a.yaml', 'b.yaml']),
    nodes: (from) => Promise.resolve([`node of ${from ?? 'default'}`]),
    nodesTogether: (from) => Promise.resolve([`nodes of ${from ?? 'default'}`]),
    profiles: (from) => Promise.resolve([`profile of ${from ?? 'default'}`]),
    numbered: () => Promise.resolve(['worker=', 'till=']),
    sources: (from) => Promise.resolve([`source of ${from ?? 'default'}`]),
    streams: (from) => Promise.resolve([`stream of ${from ?? 'default'}`]),
  })
  return found.map(({ text }) => text)
}

test('commands, and topics as one, without hidden ones', async () => {
  expect(await texts('')).toEqual(['node', 'dead', 'stream', 'rate', 'stop', 'lint', 'scale'])
  expect(await texts('dead', '')).toEqual(['list'])
  expect(await texts('st')).toEqual(['stream', 'stop'])
})

test('names of the file that is given before, in either way, or of the default one', async () => {
  expect(await texts('node', '--name', '')).toEqual(['node of default'])
  expect(await texts('node', 'a.yaml', '--name', '')).toEqual(['node of a.yaml'])
  expect(await texts('node', '-f', 'a.yaml', '--name', '')).toEqual(['node of a.yaml'])
  expect(await texts('stop', '--file', 'a.yaml', '')).toEqual(['nodes of a.yaml'])
  expect(await texts('stream', '--json', '')).toEqual(['source of default'])
  expect(await texts('stream', '--file', 'b.yaml', '')).toEqual(['source of b.yaml'])
  expect(await texts('rate', '-f', 'b.yaml', 'camera', '')).toEqual(['stream of b.yaml'])
})

test('arguments in their order, and no more than the command takes', async () => {
  expect(await texts('stream', 'camera', '')).toEqual(['a.yaml', 'b.yaml'])
  expect(await texts('dead', 'list', 'b')).toEqual(['b.yaml'])
  expect(await texts('dead', 'list', 'a.yaml', '')).toEqual([])
  expect(await texts('lint', 'a.yaml', '')).toEqual(['a.yaml', 'b.yaml'])
})

test('profiles, and nodes to be scaled', async () => {
  expect(await texts('scale', '-f', 'a.yaml', '--profile', '')).toEqual(['profile of a.yaml'])
  expect(await texts('scale', 'till=2', 'w')).toEqual(['worker='])
})

test('flags', async () => {
  expect(await texts('stream', '--')).toEqual(['--file', '--json'])
})
