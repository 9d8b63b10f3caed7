// rsadecrypt() against OpenSSL, as Node has it; gzip against zlib.
import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { answer } from '../answers.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

function encrypted(text: string): string {
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(text)).toString(
    'base64',
  )
}

function decrypt(ciphertext: string, key: string): string {
  return answer(`rsadecrypt(${JSON.stringify(ciphertext)}, ${JSON.stringify(key)})`)
}

describe('rsadecrypt', () => {
  test.each(['', 'secret', 'pässword', 'x'.repeat(117)])('%j comes back', text => {
    expect(decrypt(encrypted(text), pkcs1)).toBe(JSON.stringify(text))
    expect(decrypt(encrypted(text), `# a key\n${pkcs8}`)).toBe(JSON.stringify(text))
  })

  test('another key, a damaged text, a text of another length', () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
    const otherPem = other.export({ type: 'pkcs1', format: 'pem' }).toString()
    const given = encrypted('secret')
    for (const [text, key] of [
      [given, otherPem],
      [Buffer.alloc(128, 1).toString('base64'), pkcs1],
      [Buffer.alloc(128, 255).toString('base64'), pkcs1],
      [Buffer.alloc(64, 1).toString('base64'), pkcs1],
      ['', pkcs1],
      ['*', pkcs1],
    ] as const) {
      expect(decrypt(text, key)).toBe(`! Invalid function argument: ${JSON.stringify(text)}`)
    }
  })

  test('what is no key', () => {
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const locked = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    for (const key of [
      '',
      'key',
      pkcs1.slice(0, 200),
      pkcs1.replace(/\n[^-\n]{20}/, '\n'),
      publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      elliptic.export({ type: 'pkcs8', format: 'pem' }).toString(),
      locked.toString(),
      '-----BEGIN RSA PRIVATE KEY-----\nMIIBAA==\n-----END RSA PRIVATE KEY-----',
      `-----BEGIN RSA PRIVATE KEY-----\n${'A'.repeat(20_000)}\n-----END RSA PRIVATE KEY-----`,
    ]) {
      expect(decrypt(encrypted('x'), key)).toBe(`! Invalid function argument: ${JSON.stringify(key)}`)
    }
  })
})

describe('gzip', () => {
  test.each(['', 'a', 'pässword '.repeat(1000)])('%j both ways, with zlib on the other side', text => {
    const ours = JSON.parse(answer(`base64gzip(${JSON.stringify(text)})`)) as string
    expect(gunzipSync(Buffer.from(ours, 'base64')).toString()).toBe(text)
    const theirs = gzipSync(text).toString('base64')
    expect(answer(`base64gunzip("${theirs}") == ${JSON.stringify(text)}`)).toBe('true')
  })

  test('the same text gives the same bytes', () => {
    expect(answer('base64gzip("a")')).toBe(answer('base64gzip("a")'))
  })

  test('what is not gzip, cut off, or grows beyond the limit', () => {
    const whole = gzipSync('hello '.repeat(100))
    for (const bytes of [
      Buffer.from('hello'),
      whole.subarray(0, 20),
      whole.subarray(0, -1),
      whole.subarray(0, -4),
      gzipSync(Buffer.alloc(20 * 1024 * 1024)),
      gzipSync(Buffer.from([255, 254])),
    ]) {
      const given = JSON.stringify(bytes.toString('base64'))
      expect(answer(`base64gunzip(${given})`)).toBe(`! Invalid function argument: ${given}`)
    }
  })
})
