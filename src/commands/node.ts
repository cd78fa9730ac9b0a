import * as Flags from '@oclif/core/flags'
import { durationFlag, fileArg, logFlags, namedPipeline, pipelineFlags, RunCommand } from '../cli/index.js'
import type { NodeRunResult } from '../runtime/index.js'

export default class Node extends RunCommand<NodeRunResult> {
  static override summary = 'Run one node of a pipeline in the foreground.'
  static override description = `Waits for a NATS server, then makes the node's calls. A node with callbacks runs until Ctrl-C, one without ends after its calls.`
  static override examples = [
    '<%= config.bin %> node --name process2 pipelines/camera.yaml',
    '<%= config.bin %> node --name process2 --server nats://192.168.1.2:4222',
  ]
  static override args = { file: fileArg() }
  static override flags = {
    name: Flags.string({ summary: 'Name of the node in the pipeline file.', required: true }),
    ...pipelineFlags,
    ...logFlags,
    timeout: durationFlag({ summary: 'Time to wait for a NATS server; unlimited by default.' }),
  }

  override async run(): Promise<NodeRunResult> {
    const { args, flags } = await this.parse(Node)
    const plan = await this.loadPlan(namedPipeline(args, flags), [flags.name])
    const { nodeNamed, runNode } = await import('../runtime/index.js')
    const node = nodeNamed(plan, flags.name)
    return this.show(plan, flags, (options) =>
      runNode(plan, node, {
        ...options,
        absent: 'wait',
        timeoutMs: flags.timeout,
        stay: node.callbacks.length > 0,
      }),
    )
  }
}
