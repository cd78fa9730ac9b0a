import { withoutSecrets } from '../../../binaries/index.js'

/** Makes the environment of a node's process: the user's, without secrets of the server, and with the node's own `env`. */
export function childEnv(own: NodeJS.ProcessEnv, nodeEnv: Record<string, string>): NodeJS.ProcessEnv {
  return { ...withoutSecrets(own), ...nodeEnv }
}
