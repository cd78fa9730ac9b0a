/** Keys of the tokens in this tab's storage, which other servers of this host, also at other ports, cannot read. */
const KEYS = { token: 'daffi-view-token', control: 'daffi-view-control' }

/** Takes the tokens from the address, where they stand behind `#`, and out of what is seen of it. */
export function takeTokens(): void {
  const given = new URLSearchParams(location.hash.slice(1))
  const token = given.get('token')
  if (token === null) return
  sessionStorage.setItem(KEYS.token, token)
  sessionStorage.setItem(KEYS.control, given.get('control') ?? '')
  history.replaceState(null, '', location.pathname)
}

/** Whether this page may give orders. */
export const mayControl = (): boolean => controlToken() !== ''

/** Requests data of the viewer, with the token. */
export function request(path: string, signal: AbortSignal): Promise<Response> {
  return fetch(path, { signal, headers: authorization() })
}

/** Sends the password, for which the browser gets a cookie. Resolves with why it was refused; undefined when it was not. */
export async function logIn(password: string): Promise<string | undefined> {
  try {
    const response = await fetch('login', { method: 'POST', body: password })
    return response.ok ? undefined : (await response.text()).trim()
  } catch {
    return 'the viewer does not answer'
  }
}

/** Gives an order about something, by its name. Resolves with why it was refused; undefined when it was not. */
export async function giveOrder(
  about: 'nodes' | 'jobs' | 'schedules' | 'letters',
  name: string,
  order: string,
): Promise<string | undefined> {
  const headers = { ...authorization(), 'daffi-order-token': controlToken() }
  try {
    const response = await fetch(`${about}/${encodeURIComponent(name)}/${order}`, { method: 'POST', headers })
    if (response.ok) return undefined
    const text = await response.text()
    if (response.status !== 409) return text.trim()
    return (JSON.parse(text) as { error: { message: string } }).error.message
  } catch {
    return 'the viewer does not answer'
  }
}

const controlToken = (): string => sessionStorage.getItem(KEYS.control) ?? ''

function authorization(): Record<string, string> {
  return { authorization: `Bearer ${sessionStorage.getItem(KEYS.token) ?? ''}` }
}
