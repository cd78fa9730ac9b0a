/** Queue group that all nodes which offer a callback share, so that one of them answers. */
export const QUEUE = 'daffi'

/** The NATS subjects of calls. */
export const subjects = {
  call: (pipeline: string, callback: string) => `daffi.${pipeline}.call.${callback}`,
  nodeCall: (pipeline: string, node: string, callback: string) =>
    `daffi.${pipeline}.node.${node}.call.${callback}`,
  anyCall: (pipeline: string, node: string, callback: string) =>
    `daffi.${pipeline}.node.${node}.any.${callback}`,
  all: (pipeline: string, callback: string) => `daffi.${pipeline}.all.${callback}`,
  running: (pipeline: string, node: string) => `daffi.${pipeline}.node.${node}.running`,
  cancel: (pipeline: string) => `daffi.${pipeline}.cancel`,
}
