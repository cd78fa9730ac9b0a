/** Takes some options, each with a value, out of a list for ffmpeg. */
export function optionsOf(
  args: readonly string[],
  names: readonly string[],
): { taken: Partial<Record<string, string>>; rest: string[] } {
  const taken: Partial<Record<string, string>> = {}
  const rest: string[] = []
  for (let index = 0; index < args.length; index += 2) {
    const [name = '', value = ''] = args.slice(index, index + 2)
    if (names.includes(name)) taken[name] = value
    else rest.push(name, value)
  }
  return { taken, rest }
}
