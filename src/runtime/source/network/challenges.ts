/** Demand of a server for user and password, in a form that it names. */
export interface Challenge {
  /** In lower case, such as `digest`. */
  scheme: string
  /** Parameters by their names in lower case, unquoted. */
  parameters: Map<string, string>
}

/** A name, and where an equals sign follows, its value: quoted, or up to the next comma or blank. */
const PART = /[\s,]*([\w!#$%&'*+.^`|~-]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/gy

/** Parses `WWW-Authenticate` (RFC 9110, section 11.6.1), which can hold several challenges. What makes no sense is left out. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = []
  for (const [, name = '', quoted, bare] of header.matchAll(PART)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? bare
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() })
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), value)
  }
  return challenges
}
