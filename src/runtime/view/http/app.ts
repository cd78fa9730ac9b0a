import { Hono, type Context } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { NatsLink } from '../../stream/index.js'
import type { StatusPoller } from '../board/status-poller.js'
import type { Boxes } from '../boxes/boxes.js'
import type { Pictures } from '../pictures/pictures.js'
import { answersForPrograms } from '../programs/answers.js'
import { DaffiError, toErrorRecord } from '../../core/errors.js'
import { LOGIN_PATH, type Access, type ServedAt } from './access.js'
import { BOUNDARY, mjpegParts, pictureRecords, snapshotEvents } from './bodies.js'
import { answerLogin, cookieIn } from './login-answer.js'
import { letterId, Orders } from './orders.js'
import { pageFile } from './page-files.js'
import type { PipelineWork } from './pipeline-work.js'
import { streamBody } from './stream-body.js'
import { WorkWatch } from './work-watch.js'

/** Width of pictures in pixels, when the request names none. */
const DEFAULT_WIDTH = 640
const MIN_WIDTH = 16
const MAX_WIDTH = 1920

interface AppOptions {
  link: NatsLink
  pipeline: string
  access: Access
  at: () => ServedAt
  poller: StatusPoller
  pictures: Pictures
  boxes: Boxes
  work: PipelineWork
}

/** Makes the HTTP application: the page, its data and pictures, and metrics, behind the check of access. */
export function viewerApp(options: AppOptions): Hono {
  const { link, pipeline, access, at, poller, pictures, boxes, work } = options
  const app = new Hono()

  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: 'no-referrer',
      strictTransportSecurity: false,
      xFrameOptions: 'DENY',
    }),
  )
  const credentials = (c: Context) => ({ token: tokenOf(c), cookie: cookieIn(c, at()) })
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store')
    const refusal = access.refusal(
      {
        method: c.req.method,
        path: c.req.path,
        host: c.req.header('host'),
        origin: c.req.header('origin'),
        site: c.req.header('sec-fetch-site'),
        orderToken: c.req.header('daffi-order-token'),
        ...credentials(c),
      },
      at(),
    )
    // Tells the page that it may ask for the password. No browser knows this scheme, and asks by itself.
    if (refusal?.status === 401 && access.login) c.header('WWW-Authenticate', 'Daffi-Password')
    if (refusal) return c.text(`${refusal.reason}\n`, refusal.status)
    await next()
    return undefined
  })

  const { login } = access
  if (login) app.post(LOGIN_PATH, (c) => answerLogin(c, login, at()))
  app.get('/', (c) => page(c, 'index.html'))
  const mayTell = (c: Context): boolean => access.mayLook(credentials(c))
  app.route('/', answersForPrograms({ link, pipeline, poller, mayTell }))
  app.get('/events', (c) =>
    respond(
      c,
      'text/event-stream',
      streamBody((signal) => snapshotEvents(poller, signal)),
    ),
  )
  const watch = new WorkWatch(work)
  app.get('/work', (c) => answer(c, 503, async () => c.json(await watch.look())))
  app.get('/letters/:id', (c) =>
    answer(c, 404, async () => c.json(await work.letter(letterId(c.req.param('id'))))),
  )
  const orders = new Orders({ link, pipeline, poller, work })
  app.post('/:about/:name/:order', (c) => {
    const { about, name, order } = c.req.param()
    const give = orders.find(about, order)
    if (!give) return c.notFound()
    return answer(c, 409, async () => {
      await give(name)
      watch.forget()
      return c.body(null, 202)
    })
  })
  app.get('/pictures', async (c) => {
    const named = (c.req.queries('stream') ?? []).map((name, index) => ({ name, index }))
    const known = await pictureNames(poller)
    const streams = uniqueBy(named, ({ name }) => name).filter(({ name }) => known.includes(name))
    if (streams.length === 0) return c.notFound()
    const wanted = { pictures, boxes: c.req.query('boxes') === 'no' ? undefined : boxes }
    const body = streamBody((signal) => pictureRecords(wanted, streams, widthOf(c), signal))
    return respond(c, 'application/octet-stream', body)
  })
  app.get('/streams/:file', async (c) => {
    const [, name = '', form] = /^(.+)\.(jpg|mjpeg)$/.exec(c.req.param('file')) ?? []
    if (!(await pictureNames(poller)).includes(name)) return c.notFound()
    if (form === 'mjpeg') {
      const body = streamBody((signal) => mjpegParts(pictures, name, widthOf(c), signal))
      return respond(c, `multipart/x-mixed-replace; boundary=${BOUNDARY}`, body)
    }
    for await (const { jpeg } of pictures.follow(name, widthOf(c), AbortSignal.timeout(5000)))
      return c.body(new Uint8Array(jpeg), 200, { 'Content-Type': 'image/jpeg' })
    return c.notFound()
  })
  app.get('/:file', (c) => page(c, c.req.param('file')))
  app.get('/:folder/:file', (c) => page(c, `${c.req.param('folder')}/${c.req.param('file')}`))
  return app
}

/** Answers a request, or says why that fails. */
async function answer(c: Context, failed: 404 | 409 | 503, make: () => Promise<Response>): Promise<Response> {
  try {
    return await make()
  } catch (error) {
    const { message } = toErrorRecord(error)
    return c.json(
      { error: error instanceof DaffiError ? { code: error.code, message } : { message } },
      failed,
    )
  }
}

async function page(c: Context, name: string): Promise<Response> {
  const file = await pageFile(name)
  return file ? c.body(new Uint8Array(file.body), 200, { 'Content-Type': file.type }) : c.notFound()
}

function respond(c: Context, type: string, body: ReturnType<typeof streamBody>): Response {
  return c.body(body as ReadableStream, 200, { 'Content-Type': type })
}

/** Names of the streams that have pictures. Nothing is made for other names, which anybody could think of. */
async function pictureNames(poller: StatusPoller): Promise<string[]> {
  const { streams } = await poller.poll()
  return streams.filter(({ frames }) => frames !== null).map(({ name }) => name)
}

/** The first of all values with the same key. */
function uniqueBy<T>(values: T[], keyOf: (value: T) => string): T[] {
  return [...new Map(values.toReversed().map((value) => [keyOf(value), value])).values()]
}

function tokenOf(c: Context): string | undefined {
  return c.req.query('token') ?? bearerOf(c)
}

function bearerOf(c: Context): string | undefined {
  return /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1]
}

function widthOf(c: Context): number {
  const width = Number(c.req.query('width') ?? DEFAULT_WIDTH)
  return Number.isInteger(width) && width >= MIN_WIDTH ? Math.min(width, MAX_WIDTH) : DEFAULT_WIDTH
}
