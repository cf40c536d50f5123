import { createHash } from 'node:crypto';
import { CustomErrorBase } from '@backstage/errors';
import type { ConnectionPurpose } from 'backstage-plugin-m365-licenses-common';
import { CompactEncrypt, compactDecrypt } from 'jose';

const KEYS = 'm365Licenses.encryptionKeys';
const KEY_BYTES = 32;
const ALGORITHM = 'dir';
const ENCRYPTION = 'A256GCM';

/** Where an encrypted text belongs: it cannot be read from anywhere else. */
export interface Place {
  tenant: string;
  purpose: ConnectionPurpose;
  field: 'tokenCache' | 'codeVerifier';
}

/** The keys do not fit what is to be encrypted or read; the message says what to do. */
export class EncryptionKeyError extends CustomErrorBase {
  constructor(message: string, cause?: unknown) {
    super(message, cause);
    this.name = 'EncryptionKeyError';
  }
}

function keyOf(text: string, index: number): { id: string; key: Uint8Array } {
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES) {
    throw new EncryptionKeyError(
      `${KEYS}[${index}] is not the base64 text of ${KEY_BYTES} bytes; make a key with: openssl rand -base64 ${KEY_BYTES}`,
    );
  }
  const hash = createHash('sha256').update(key).digest('base64url');
  return { id: hash.slice(0, 8), key };
}

function nameOf({ tenant, purpose, field }: Place): string {
  return JSON.stringify([tenant, purpose, field]);
}

/**
 * Encrypts texts for storage (JWE, AES-256-GCM with one of our keys directly).
 * Each carries a short hash of its key, so that keys can be rotated, and its
 * place; both are authenticated with it.
 */
export class Encryption {
  readonly #keys: { id: string; key: Uint8Array }[];

  /**
   * @param keys - each 32 bytes in base64; the first encrypts, all read
   * @throws EncryptionKeyError where one is anything else, naming its position
   */
  constructor(keys: string[]) {
    this.#keys = keys.map(keyOf);
  }

  /** @throws EncryptionKeyError when there is no key */
  async encrypt(text: string, place: Place): Promise<string> {
    if (this.#keys.length === 0) {
      throw new EncryptionKeyError(
        `The tokens of a person's sign-in are only stored encrypted, and there is no key; add one to ${KEYS} (openssl rand -base64 ${KEY_BYTES}), restart and sign in again`,
      );
    }
    const [{ id, key }] = this.#keys;
    return new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({
        alg: ALGORITHM,
        enc: ENCRYPTION,
        kid: id,
        place: nameOf(place),
      })
      .encrypt(key);
  }

  /**
   * @throws EncryptionKeyError when it was encrypted with a key that is not
   *   among ours, or is not what was encrypted for this place
   */
  async decrypt(encrypted: string, place: Place): Promise<string> {
    const what = `What is kept of the sign-in for the tenant ${place.tenant} (${place.purpose})`;
    const changed = `${what} cannot be read, because it was changed or moved in the database; sign in again`;
    const { plaintext, protectedHeader } = await compactDecrypt(
      encrypted,
      ({ kid }) => {
        const found = this.#keys.find(({ id }) => id === kid);
        if (!found) {
          throw new EncryptionKeyError(
            `${what} was encrypted with a key that is not in ${KEYS}; add the former key back there and restart, or sign in again`,
          );
        }
        return found.key;
      },
      {
        keyManagementAlgorithms: [ALGORITHM],
        contentEncryptionAlgorithms: [ENCRYPTION],
      },
    ).catch((error: unknown) => {
      throw error instanceof EncryptionKeyError
        ? error
        : new EncryptionKeyError(changed, error);
    });
    if (protectedHeader.place !== nameOf(place)) {
      throw new EncryptionKeyError(changed);
    }
    return new TextDecoder().decode(plaintext);
  }
}
