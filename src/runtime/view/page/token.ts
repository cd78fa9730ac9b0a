/** Key of the token in this tab's storage, which other servers of this host, also at other ports, cannot read. */
const KEY = 'daffi-view-token'

/** Takes the token from the address, where it stands behind `#`, and out of what is seen of it. */
export function takeToken(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token === null) return
  sessionStorage.setItem(KEY, token)
  history.replaceState(null, '', location.pathname)
}

/** Requests data of the viewer, with the token. */
export function request(path: string, signal: AbortSignal): Promise<Response> {
  return fetch(path, { signal, headers: { authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ''}` } })
}
