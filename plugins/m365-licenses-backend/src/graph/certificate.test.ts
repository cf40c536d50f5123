import { createPrivateKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificate, type SelfSignedCertificate } from 'graph-simulator';
import { readCertificate } from './certificate';
import { CertificateSource } from './types';

const PASSPHRASE = 'the-pass-phrase-of-the-key';

let folder: string;
let ours: SelfSignedCertificate;
let other: SelfSignedCertificate;
let expired: SelfSignedCertificate;
let elliptic: SelfSignedCertificate;
let weak: SelfSignedCertificate;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  ours = await createCertificate({ commonName: 'license manager' });
  other = await createCertificate({ commonName: 'authority' });
  expired = await createCertificate({ expiresInDays: -3 });
  elliptic = await createCertificate({ keyType: 'ec' });
  weak = await createCertificate({ keySize: 1024 });
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** The private key as an encrypted PEM. */
function encryptedKey(
  { privateKey }: SelfSignedCertificate,
  passphrase: string,
): string {
  return createPrivateKey(privateKey)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString();
}

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('readCertificate', () => {
  it('reads certificate and key from the configuration', () => {
    const read = readCertificate({
      certificate: ours.certificate,
      privateKey: ours.privateKey,
    });
    expect(read).toMatchObject({
      thumbprintSha256: ours.thumbprint,
      subject: 'CN=license manager',
      privateKeyPem: ours.privateKey,
    });
    expect(Date.parse(read.expiresAt)).toBeGreaterThan(Date.now());
    expect(Date.parse(read.notBefore)).toBeLessThan(Date.now());
    expect(read.expiresAt).toBe(new Date(read.expiresAt).toISOString());
  });

  it('takes the first certificate of one file with key, chain and comments', async () => {
    const path = await file(
      'all.pem',
      `Bag Attributes\n${ours.privateKey}\nsubject=CN = x\n${ours.certificate}\n${other.certificate}`,
    );
    expect(
      readCertificate({ certificatePath: path, privateKeyPath: path })
        .thumbprintSha256,
    ).toBe(ours.thumbprint);
  });

  it('opens an encrypted key, and gives it decrypted', () => {
    expect(
      readCertificate({
        certificate: ours.certificate,
        privateKey: encryptedKey(ours, PASSPHRASE),
        passphrase: PASSPHRASE,
      }).privateKeyPem,
    ).toBe(ours.privateKey);
  });

  it('reads one that has expired', () => {
    expect(Date.parse(readCertificate(expired).expiresAt)).toBeLessThan(
      Date.now(),
    );
  });

  const wrong: [string, () => CertificateSource, RegExp][] = [
    [
      'a file that is not there',
      () => ({
        certificatePath: join(folder, 'none.pem'),
        privateKey: ours.privateKey,
      }),
      /^certificatePath names a file that cannot be read \(ENOENT\)$/,
    ],
    [
      'a folder in place of a key file',
      () => ({ certificate: ours.certificate, privateKeyPath: folder }),
      /^privateKeyPath names a file that cannot be read \(EISDIR\)$/,
    ],
    [
      'text that is no certificate',
      () => ({ certificate: 'MIIC-something', privateKey: ours.privateKey }),
      /^certificate holds no certificate in PEM/,
    ],
    [
      'a damaged certificate',
      () => ({
        certificate: ours.certificate.replace(/\n[^\n]+\n/, '\nAAAA\n'),
        privateKey: ours.privateKey,
      }),
      /^certificate holds a certificate that is damaged$/,
    ],
    [
      'a certificate in place of a key',
      () => ({ certificate: ours.certificate, privateKey: ours.certificate }),
      /^privateKey holds no private key in PEM/,
    ],
    [
      'a damaged key',
      () => ({
        certificate: ours.certificate,
        privateKey: ours.privateKey.replace(/\n[^\n]+\n/, '\nAAAA\n'),
      }),
      /^privateKey holds a private key that is damaged$/,
    ],
    [
      'the key of another certificate',
      () => ({ certificate: ours.certificate, privateKey: other.privateKey }),
      /^privateKey holds a private key that does not belong to the certificate$/,
    ],
    [
      'an encrypted key without a passphrase',
      () => ({
        certificate: ours.certificate,
        privateKey: encryptedKey(ours, PASSPHRASE),
      }),
      /^passphrase is missing/,
    ],
    [
      'a wrong passphrase',
      () => ({
        certificate: ours.certificate,
        privateKey: encryptedKey(ours, PASSPHRASE),
        passphrase: 'another',
      }),
      /^passphrase does not open the private key$/,
    ],
    [
      'no private key at all',
      () => ({ certificate: ours.certificate }),
      /^privateKeyPath is missing$/,
    ],
    [
      'a key that is not RSA',
      () => elliptic,
      /^certificate holds a certificate whose key is not RSA/,
    ],
    [
      'a key that is too short',
      () => weak,
      /^certificate .*at least 2048 bits/,
    ],
  ];

  it.each(wrong)('names the key that is wrong: %s', (_what, source, says) => {
    let message = '';
    try {
      readCertificate(source());
    } catch (error) {
      message = String(error instanceof Error ? error.message : error);
    }
    expect(message).toMatch(says);
    expect(message).not.toContain(PASSPHRASE);
    expect(message).not.toContain(folder);
    expect(message).not.toMatch(/[A-Za-z0-9+/]{40}/);
  });
});
