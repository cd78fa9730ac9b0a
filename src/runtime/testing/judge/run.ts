import type { TestPlan } from '../../pipeline/index.js'
import type { ObservedError } from '../observation.js'
import type { Mismatch } from './mismatch.js'

/** A run has to succeed, but for what the test asks for: errors of mocks that throw, and of streams with failed items. */
export function judgeRun(test: TestPlan, errors: ObservedError[]): Mismatch[] {
  return errors
    .filter(
      ({ call, error }) => error.code !== 'DAFFI_ABORTED' && !(call !== undefined && isAskedFor(call, test)),
    )
    .map(({ node, call, error }) => ({
      path: ['name'],
      message: `${node}${call === undefined ? '' : `: ${call}`}: ${error.message}`,
      mayCome: false,
    }))
}

function isAskedFor(call: string, { pipeline, expect }: TestPlan): boolean {
  const callbacks = Object.values(pipeline.nodes).flatMap((node) => node.callbacks)
  const throws = callbacks.some(({ name, mock }) => name === call && mock !== undefined && 'throws' in mock)
  return throws || (expect.streams[call]?.failed ?? 0) > 0
}
