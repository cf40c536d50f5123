import { randomBytes } from 'node:crypto';
import { Encryption, EncryptionKeyError, type Place } from './encryption';

const newKey = () => randomBytes(32).toString('base64');
const FORMER = newKey();
const CURRENT = newKey();
const PLACE: Place = {
  tenant: 'contoso',
  purpose: 'sync',
  field: 'tokenCache',
};

/** The parts of a stored text; only its header can be read by anybody. */
function headerOf(encrypted: string): string {
  return Buffer.from(encrypted.split('.')[0], 'base64url').toString();
}

describe('Encryption', () => {
  it('gives back what it encrypted, which the stored text does not show', async () => {
    const encryption = new Encryption([CURRENT]);
    const text = 'refresh token of Maya Lindström 🙂';
    const encrypted = await encryption.encrypt(text, PLACE);
    expect(await encryption.decrypt(encrypted, PLACE)).toBe(text);
    for (const part of encrypted.split('.')) {
      expect(Buffer.from(part, 'base64url').toString()).not.toContain('Maya');
    }
    expect(headerOf(encrypted)).toContain('"enc":"A256GCM"');
    expect(headerOf(encrypted)).not.toContain(CURRENT.slice(0, 8));
    // The same text twice does not look the same.
    expect(await encryption.encrypt(text, PLACE)).not.toBe(encrypted);
  });

  it('reads with every key and encrypts with the first', async () => {
    const before = new Encryption([FORMER]);
    const rotated = new Encryption([CURRENT, FORMER]);
    const after = new Encryption([CURRENT]);
    const old = await before.encrypt('tokens', PLACE);
    expect(await rotated.decrypt(old, PLACE)).toBe('tokens');
    const renewed = await rotated.encrypt('tokens', PLACE);
    expect(await after.decrypt(renewed, PLACE)).toBe('tokens');
    await expect(before.decrypt(renewed, PLACE)).rejects.toThrow(
      EncryptionKeyError,
    );
    await expect(after.decrypt(old, PLACE)).rejects.toThrow(
      'What is kept of the sign-in for the tenant contoso (sync) was encrypted with a key that is not in m365Licenses.encryptionKeys; add the former key back there and restart, or sign in again',
    );
  });

  it.each<[string, Partial<Place>]>([
    ['tenant', { tenant: 'fabrikam' }],
    ['purpose', { purpose: 'reclamation' }],
    ['field', { field: 'codeVerifier' }],
  ])('does not read what was moved from another %s', async (_, other) => {
    const encryption = new Encryption([CURRENT]);
    const encrypted = await encryption.encrypt('tokens', PLACE);
    await expect(
      encryption.decrypt(encrypted, { ...PLACE, ...other }),
    ).rejects.toThrow(/changed or moved in the database; sign in again/);
  });

  it('does not read what was changed', async () => {
    const encryption = new Encryption([CURRENT]);
    const encrypted = await encryption.encrypt('tokens', PLACE);
    const [header, key, iv, ciphertext, tag] = encrypted.split('.');
    const relabelled = Buffer.from(
      headerOf(encrypted).replace('contoso', 'fabrikam'),
    ).toString('base64url');
    const unsealed = Buffer.from(
      JSON.stringify({ alg: 'none', place: '["contoso"]' }),
    ).toString('base64url');
    const altered = ciphertext.replace(/^./, first =>
      first === 'A' ? 'B' : 'A',
    );
    for (const [text, place] of [
      [[relabelled, key, iv, ciphertext, tag].join('.'), 'fabrikam'],
      [[unsealed, key, iv, ciphertext, tag].join('.'), 'contoso'],
      [[header, key, iv, altered, tag].join('.'), 'contoso'],
      ['tokens', 'contoso'],
      ['', 'contoso'],
    ]) {
      const error = await encryption
        .decrypt(text, { ...PLACE, tenant: place })
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(EncryptionKeyError);
      expect(String(error)).toMatch(/changed or moved in the database/);
    }
  });

  it('says what to do where there is no key', async () => {
    const encryption = new Encryption([]);
    await expect(encryption.encrypt('tokens', PLACE)).rejects.toThrow(
      /add one to m365Licenses\.encryptionKeys \(openssl rand -base64 32\)/,
    );
    const stored = await new Encryption([FORMER]).encrypt('tokens', PLACE);
    await expect(encryption.decrypt(stored, PLACE)).rejects.toThrow(
      /add the former key back/,
    );
  });

  it.each(['', 'secret of mine', randomBytes(31).toString('base64')])(
    'takes no key that is not 32 bytes, and does not repeat it: %p',
    key => {
      let message = '';
      try {
        expect(new Encryption([CURRENT, key])).toBeUndefined();
      } catch (error) {
        message = String(error);
      }
      expect(message).toMatch(
        /m365Licenses\.encryptionKeys\[1\] is not the base64 text of 32 bytes/,
      );
      expect(message).not.toContain(key || CURRENT);
    },
  );
});
