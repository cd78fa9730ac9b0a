import { expect, test } from 'vitest'
import { DaffiError, type ErrorRecord } from '../../../../src/runtime/core/errors.js'
import { pipelineResult } from '../../../../src/runtime/node/supervise/report/pipeline-result.js'
import type { CallResult } from '../../../../src/runtime/node/supervise/report/run-results.js'

const server = { url: 'nats://127.0.0.1:4222', embedded: true, version: '2.14.0' }
const call = (name: string): CallResult => ({
  node: 'one',
  call: name,
  modifier: 'FG',
  value: null,
  error: null,
})
const error = (code: string): ErrorRecord => ({ code, message: `because of ${code}` })

test('a run that succeeded has no error; a node says its state, restarts and exit code', () => {
  const one = { name: 'one', state: 'stopped', restarts: 2, exitCode: 0, private: 'left out' } as const
  const calls = [call('add')]
  expect(
    pipelineResult('shop', server, [one], { calls, streams: [], stages: [], error: undefined }, undefined),
  ).toEqual({
    pipeline: 'shop',
    server,
    nodes: { one: { state: 'stopped', restarts: 2, exitCode: 0 } },
    calls,
    streams: [],
    stages: [],
  })
})

test('the error of its calls is that of the run', () => {
  const results = { calls: [], streams: [], stages: [], error: error('DAFFI_REMOTE') }
  expect(pipelineResult('shop', server, [], results, undefined).error?.code).toBe('DAFFI_REMOTE')
})

test('the failure that ended the run comes before the errors of its calls', () => {
  const failure = new DaffiError('DAFFI_NODE_DIED', 'one was killed by SIGKILL')
  const results = { calls: [], streams: [], stages: [], error: error('DAFFI_REMOTE') }
  expect(pipelineResult('shop', server, [], results, failure).error).toMatchObject({
    code: 'DAFFI_NODE_DIED',
    message: 'one was killed by SIGKILL',
  })
})
