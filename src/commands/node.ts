import { Flags } from '@oclif/core'
import { durationFlag, fileFlag, RunCommand } from '../cli/index.js'
import type { NodeRunResult } from '../runtime/index.js'

export default class Node extends RunCommand<NodeRunResult> {
  static override summary = 'Run one node of a pipeline in the foreground.'
  static override description = `Waits for a server, and then makes the node's calls. With callbacks it stays until Ctrl-C; without any it ends with its calls.`
  static override examples = [
    '<%= config.bin %> node --name process2 -f pipelines/camera.yaml',
    '<%= config.bin %> node --name process2 --server nats://192.168.1.2:4222',
  ]
  static override flags = {
    name: Flags.string({ summary: 'The node, as the pipeline file names it.', required: true }),
    file: fileFlag(),
    timeout: durationFlag({ summary: 'How long to wait for a server; without limit by default.' }),
  }

  override async run(): Promise<NodeRunResult> {
    const { flags } = await this.parse(Node)
    const plan = await this.loadPlan(flags.file)
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
