/** Whether a version is `minimum` or later by major, minor and patch number; ignores everything after a hyphen. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, need] = [numbers(version), numbers(minimum)]
  const differing = need.findIndex((part, index) => part !== (have[index] ?? 0))
  return differing === -1 || (have[differing] ?? 0) > (need[differing] ?? 0)
}

function numbers(version: string): number[] {
  return (version.split('-')[0] ?? '').split('.').map(Number)
}
