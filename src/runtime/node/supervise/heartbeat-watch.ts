import type { Heartbeat } from '../../call/index.js'
import type { SupervisedNode } from './supervised-node.js'

/** Has a function called with each heartbeat of the pipeline's nodes. */
export type FollowHeartbeats = (onHeartbeat: (heartbeat: Heartbeat) => void) => void

/** Passes heartbeats on to their nodes, once there is a node whose loop may not be blocked for long. */
export class HeartbeatWatch {
  #isFollowing = false

  constructor(
    private readonly nodes: readonly SupervisedNode[],
    private readonly follow: FollowHeartbeats,
  ) {}

  /** @param node a node that is about to be started */
  include({ plan }: SupervisedNode): void {
    if (plan.health.blockedMs === undefined || this.#isFollowing) return
    this.#isFollowing = true
    this.follow((heartbeat) => this.nodes.find(({ name }) => name === heartbeat.name)?.onHeartbeat(heartbeat))
  }
}
