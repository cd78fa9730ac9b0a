import { expect, test } from 'vitest'
import { NodeNames, replicaNames } from '../../../src/runtime/pipeline/checks/replicas.js'

const names = new NodeNames([
  { name: 'one', replicas: 1 },
  { name: 'two', replicas: 3 },
])

test('one process has the name of its node, several are numbered from 1', () => {
  expect(replicaNames('one', 1)).toEqual(['one'])
  expect(replicaNames('two', 3)).toEqual(['two-1', 'two-2', 'two-3'])
})

test.each([
  ['one', ['one'], 'one'],
  ['two', ['two-1', 'two-2', 'two-3'], 'two'],
  ['two-2', ['two-2'], 'two'],
  ['two-4', undefined, undefined],
  ['', undefined, undefined],
])('%s stands for %j, of node %s', (name, processes, owner) => {
  expect(names.resolve(name)).toEqual(processes)
  expect(names.ownerOf(name)).toBe(owner)
})

test('processes of several names come once each, in order; unknown names are left out', () => {
  expect(names.processesOf(['two-2', 'nobody', 'two', 'one'])).toEqual(['two-2', 'two-1', 'two-3', 'one'])
})

test('all names, nodes first, a node of one process once', () => {
  expect(names.all()).toEqual(['one', 'two', 'two-1', 'two-2', 'two-3'])
})
