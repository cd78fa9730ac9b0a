import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A certificate and its private key, in PEM. */
export interface Certificate {
  certificate: string
  key: string
}

/** Tags of ASN.1's types, as in X.690. */
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OBJECT_IDENTIFIER = 0x06
const UTF8_STRING = 0x0c
const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18
const SEQUENCE = 0x30
const SET = 0x31
/** Tags of fields of a certificate and of a name in it, as in RFC 5280. */
const VERSION = 0xa0
const EXTENSIONS = 0xa3
const IP_ADDRESS = 0x87

const ECDSA_WITH_SHA256 = sequence(value(OBJECT_IDENTIFIER, '2a8648ce3d040302'))
const COMMON_NAME = value(OBJECT_IDENTIFIER, '550403')
const SUBJECT_ALT_NAME = value(OBJECT_IDENTIFIER, '551d11')
const V3 = '02'
/** From 2000 on and without an end: a certificate is thrown away with its server, and clocks may be wrong. */
const VALIDITY = sequence(text(UTC_TIME, '000101000000Z'), text(GENERALIZED_TIME, '99991231235959Z'))
const LOCALHOST = '7f000001'

/**
 * A fresh self-signed certificate for 127.0.0.1. Written out here since Node makes none, and libraries that do bring two dozen
 * packages.
 */
export function makeCertificate(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const name = sequence(der(SET, sequence(COMMON_NAME, text(UTF8_STRING, 'daffi'))))
  const alternatives = sequence(value(IP_ADDRESS, LOCALHOST))
  const content = sequence(
    der(VERSION, value(INTEGER, V3)),
    // The first bit is 0, as the number must be positive.
    value(INTEGER, `7f${randomBytes(15).toString('hex')}`),
    ECDSA_WITH_SHA256,
    name,
    VALIDITY,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, sequence(sequence(SUBJECT_ALT_NAME, der(OCTET_STRING, alternatives)))),
  )
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', content, privateKey)])
  return {
    certificate: pem(sequence(content, ECDSA_WITH_SHA256, der(BIT_STRING, signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

function sequence(...parts: Uint8Array[]): Buffer {
  return der(SEQUENCE, ...parts)
}

function value(tag: number, hex: string): Buffer {
  return der(tag, Buffer.from(hex, 'hex'))
}

function text(tag: number, characters: string): Buffer {
  return der(tag, Buffer.from(characters))
}

/** One value of ASN.1 in its distinguished encoding: tag, length, content. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content])
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content])
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content])
}
