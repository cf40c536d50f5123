import { createPrivateKey, KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { systemCodeOf } from './errors';
import { CertificateSource } from './types';

/** A certificate and its private key, as signing an assertion needs them. */
export interface Certificate {
  /** The certificate of the application, without what else its file holds. */
  certificatePem: string;
  /** PKCS #8, decrypted. */
  privateKeyPem: string;
  /** SHA-256, hexadecimal in upper case, as the Entra admin center shows it. */
  thumbprintSha256: string;
  subject: string;
  /** ISO 8601. */
  notBefore: string;
  /** ISO 8601. */
  expiresAt: string;
}

const CERTIFICATE =
  /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/;
const PRIVATE_KEY =
  /-----BEGIN (?:RSA |ENCRYPTED )?PRIVATE KEY-----[\s\S]+?-----END (?:RSA |ENCRYPTED )?PRIVATE KEY-----/;

/** Microsoft Entra ID takes no weaker key. */
const LEAST_RSA_BITS = 2048;

/**
 * Reads a certificate and its private key, each from the configuration or from
 * a file, which may be the same one and may hold a chain; the first certificate
 * is the application's. One that has expired is read as well.
 *
 * @throws Error whose message begins with the key of the configuration that is
 *   wrong, and holds no value of it
 */
export function readCertificate(source: CertificateSource): Certificate {
  const certificateKey =
    source.certificate === undefined ? 'certificatePath' : 'certificate';
  const certificatePem = blockOf(
    CERTIFICATE,
    textOf(source.certificate, source.certificatePath, certificateKey),
    `${certificateKey} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`,
  );
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(certificatePem);
  } catch {
    throw new Error(`${certificateKey} holds a certificate that is damaged`);
  }
  const privateKey = readPrivateKey(source);
  if (
    certificate.publicKey.asymmetricKeyType !== 'rsa' ||
    (certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 0) <
      LEAST_RSA_BITS
  ) {
    throw new Error(
      `${certificateKey} holds a certificate whose key is not RSA of at least ${LEAST_RSA_BITS} bits, which Microsoft Entra ID needs`,
    );
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(
      `${privateKeyKeyOf(
        source,
      )} holds a private key that does not belong to the certificate`,
    );
  }
  return {
    certificatePem,
    privateKeyPem: privateKey
      .export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    thumbprintSha256: certificate.fingerprint256.replace(/:/g, ''),
    subject: certificate.subject,
    notBefore: new Date(certificate.validFrom).toISOString(),
    expiresAt: new Date(certificate.validTo).toISOString(),
  };
}

function privateKeyKeyOf(source: CertificateSource): string {
  return source.privateKey === undefined ? 'privateKeyPath' : 'privateKey';
}

function readPrivateKey(source: CertificateSource): KeyObject {
  const keyName = privateKeyKeyOf(source);
  const pem = blockOf(
    PRIVATE_KEY,
    textOf(source.privateKey, source.privateKeyPath, keyName),
    `${keyName} holds no private key in PEM (-----BEGIN PRIVATE KEY-----)`,
  );
  const isEncrypted = /ENCRYPTED/.test(pem);
  if (isEncrypted && source.passphrase === undefined) {
    throw new Error('passphrase is missing: the private key is encrypted');
  }
  try {
    return createPrivateKey({ key: pem, passphrase: source.passphrase });
  } catch {
    throw new Error(
      isEncrypted
        ? 'passphrase does not open the private key'
        : `${keyName} holds a private key that is damaged`,
    );
  }
}

function textOf(
  inline: string | undefined,
  path: string | undefined,
  keyName: string,
): string {
  if (inline !== undefined) {
    return inline;
  }
  if (path === undefined) {
    throw new Error(`${keyName} is missing`);
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // The reason's own text would repeat the value of the configuration
    throw new Error(
      `${keyName} names a file that cannot be read (${systemCodeOf(error)})`,
    );
  }
}

function blockOf(block: RegExp, text: string, otherwise: string): string {
  const found = block.exec(text)?.[0];
  if (!found) {
    throw new Error(otherwise);
  }
  return found;
}
