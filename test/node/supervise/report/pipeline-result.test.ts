import { expect, test } from 'vitest'
import { DaffiError, type ErrorRecord } from '../../../../src/runtime/core/errors.js'
import { pipelineResult } from '../../../../src/runtime/node/supervise/report/pipeline-result.js'
import type { CallResult } from '../../../../src/runtime/node/supervise/report/run-results.js'

const server = { url: 'nats://127.0.0.1:4222', embedded: true, version: '2.14.0' }
const call = (name: string, error: ErrorRecord | null): CallResult => ({
  node: 'one',
  call: name,
  modifier: 'FG',
  value: null,
  error,
})
const error = (code: string): ErrorRecord => ({ code, message: `because of ${code}` })

test('a run that succeeded has no error; a node says its state, restarts and exit code', () => {
  const one = { name: 'one', state: 'stopped', restarts: 2, exitCode: 0, private: 'left out' } as const
  const calls = [call('add', null)]
  expect(pipelineResult('shop', server, [one], { calls, streams: [] }, undefined)).toEqual({
    pipeline: 'shop',
    server,
    nodes: { one: { state: 'stopped', restarts: 2, exitCode: 0 } },
    calls,
    streams: [],
  })
})

test('the first error of a call is that of the run, but for calls that were only stopped', () => {
  const calls = [
    call('a', error('DAFFI_ABORTED')),
    call('b', error('DAFFI_REMOTE')),
    call('c', error('DAFFI_TIMEOUT')),
  ]
  expect(pipelineResult('shop', server, [], { calls, streams: [] }, undefined).error?.code).toBe(
    'DAFFI_REMOTE',
  )
  const [stopped] = calls
  const onlyStopped = { calls: stopped ? [stopped] : [], streams: [] }
  expect(pipelineResult('shop', server, [], onlyStopped, undefined)).not.toHaveProperty('error')
})

test('the failure that ended the run comes before the errors of its calls', () => {
  const failure = new DaffiError('DAFFI_NODE_DIED', 'one was killed by SIGKILL')
  const results = { calls: [call('b', error('DAFFI_REMOTE'))], streams: [] }
  expect(pipelineResult('shop', server, [], results, failure).error).toMatchObject({
    code: 'DAFFI_NODE_DIED',
    message: 'one was killed by SIGKILL',
  })
})
