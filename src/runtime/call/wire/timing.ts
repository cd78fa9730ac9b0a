/** How long the calls and jobs that a node is at may take once it leaves; what takes longer is aborted. */
export const FINISHING_MS = 10_000
