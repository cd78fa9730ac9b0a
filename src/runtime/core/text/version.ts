/** Compares major, minor and patch; what follows a hyphen does not count. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, need] = [numbers(version), numbers(least)]
  const differing = need.findIndex((part, index) => part !== (have[index] ?? 0))
  return differing === -1 || (have[differing] ?? 0) > (need[differing] ?? 0)
}

function numbers(version: string): number[] {
  return (version.split('-')[0] ?? '').split('.').map(Number)
}
