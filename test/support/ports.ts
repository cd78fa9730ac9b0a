export { freePort, listens } from '../../chaos/lib/ports.js'
