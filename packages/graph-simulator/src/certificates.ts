import { createHash, X509Certificate } from 'crypto';
import { generate } from 'selfsigned';

/** A certificate with its key, for an application to sign in with. */
export interface SelfSignedCertificate {
  /** PEM. */
  certificate: string;
  /** PEM, PKCS #8, not encrypted. */
  privateKey: string;
  /** SHA-256 of the certificate, hexadecimal in upper case. */
  thumbprint: string;
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * Makes a self-signed certificate with a new key.
 *
 * @param options.expiresInDays - from now, default 365; negative for one that
 *   has expired
 * @param options.keySize - bits of an RSA key; default 2048
 */
export async function createCertificate(
  options: {
    commonName?: string;
    expiresInDays?: number;
    keyType?: 'rsa' | 'ec';
    keySize?: number;
  } = {},
): Promise<SelfSignedCertificate> {
  const {
    commonName = 'license-manager',
    expiresInDays = 365,
    keyType = 'rsa',
    keySize = 2048,
  } = options;
  const notAfterDate = new Date(Date.now() + expiresInDays * DAY_MS);
  const { cert, private: privateKey } = await generate(
    [{ name: 'commonName', value: commonName }],
    {
      algorithm: 'sha256',
      keyType,
      keySize,
      notAfterDate,
      notBeforeDate: new Date(notAfterDate.getTime() - 2 * 365 * DAY_MS),
    },
  );
  return {
    certificate: cert,
    privateKey,
    thumbprint: createHash('sha256')
      .update(new X509Certificate(cert).raw)
      .digest('hex')
      .toUpperCase(),
  };
}
