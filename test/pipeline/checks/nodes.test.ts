import { test } from 'vitest'
import { expectFault, pipelineYaml, titled } from '../check-yaml.js'

const call = (text: string) => pipelineYaml({ call: text })
const node = (text: string) => pipelineYaml({ node: text })
const CALL = 'nodes.one.calls[0]'

test.each(
  titled([
    [
      node('{ callbacks: [show], replicas: 2 }\n  «two-2»: {}'),
      'DUPLICATE_NODE',
      'nodes.two-2',
      'named two-2',
    ],
    [node('{ callbacks: [show], depends_on: [«eleven»] }'), 'UNKNOWN_NODE', 'nodes.two.depends_on[0]'],
    [call('{ call: show, args: [1], wait_for: [two, «too→two»] }'), 'UNKNOWN_NODE', `${CALL}.wait_for[1]`],
    [call('{ call: show, args: [1], wait_for: [«one»] }'), 'DEPENDENCY_CYCLE', `${CALL}.wait_for[0]`],
    [call('{ call: show, args: [1], to: «tow→two» }'), 'UNKNOWN_NODE', `${CALL}.to`, 'nodes: one, two'],
  ]),
)('%s', (_, each) => expectFault(each))

test('the target of a call must be one process, not all replicas of a node', async () => {
  const yaml = pipelineYaml({
    call: '{ call: show, args: [1], to: «two→two-1» }',
    node: '{ callbacks: [show], replicas: 2 }',
  })
  await expectFault([yaml, 'UNKNOWN_NODE', `${CALL}.to`, 'two-1, two-2'])
})
