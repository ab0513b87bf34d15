import { createHmac, randomBytes } from 'node:crypto';
import { generateSecret, isWellFormedSecret } from './secret.js';
import { SecretBox } from './secret-box.js';
import { SecretHasher } from './secret-hasher.js';
import { SecretsKey } from './secrets-key.js';

const aKey = () => SecretsKey.parse(randomBytes(32).toString('base64'))!;

describe('generated secrets', () => {
  it('are well formed, and no two are alike', () => {
    const secrets = Array.from({ length: 1000 }, () => generateSecret('sk-'));
    expect(new Set(secrets).size).toBe(1000);
    for (const secret of secrets) expect(isWellFormedSecret(secret, 'sk-')).toBe(true);
  });

  it('are refused when one character changed, when cut, lengthened, or of another kind', () => {
    const secret = generateSecret('sk-');
    const changed = secret.slice(0, 10) + (secret[10] === 'a' ? 'b' : 'a') + secret.slice(11);
    for (const wrong of [changed, secret.slice(0, -1), `${secret}0`, secret.replace('sk-', 'SK-'), `${secret}\0`, ''])
      expect(isWellFormedSecret(wrong, 'sk-')).toBe(false);
    expect(isWellFormedSecret(secret, 'adm-')).toBe(false);
  });
});

describe('the secret box', () => {
  it('opens what it sealed, and never seals twice alike', () => {
    const box = new SecretBox(aKey());
    expect(box.open(box.seal('sécret', 'a:1'), 'a:1')).toBe('sécret');
    expect(box.seal('x', 'a:1').equals(box.seal('x', 'a:1'))).toBe(false);
  });

  it('does not open in another row, under another key, or altered', () => {
    const box = new SecretBox(aKey());
    const sealed = box.seal('secret', 'a:1');
    expect(() => box.open(sealed, 'a:2')).toThrow();
    expect(() => new SecretBox(aKey()).open(sealed, 'a:1')).toThrow();
    const altered = Buffer.from(sealed);
    altered[altered.length - 1]! ^= 1;
    expect(() => box.open(altered, 'a:1')).toThrow();
  });
});

describe('the secret hasher', () => {
  it("is Node's own HMAC-SHA-256 under the derived key, for texts of every length and alphabet", () => {
    const key = aKey();
    const hasher = new SecretHasher(key);
    const texts = [
      '',
      'a',
      'ключ',
      '\u{1f511}'.repeat(30),
      ...[63, 64, 65, 1023, 1024, 1025, 5000].map((n) => 'x'.repeat(n)),
    ];
    for (const text of [...texts, ...texts.reverse()]) {
      const expected = createHmac('sha256', key.derive('secret-hash/1')).update(text).digest();
      expect(hasher.hash(text)).toEqual(expected);
      expect(hasher.hashText(text)).toBe(expected.toString('base64'));
    }
  });
});

describe('the secrets key', () => {
  it('is 32 random bytes of base64 and nothing else', () => {
    for (const wrong of [
      '',
      'AAAA',
      Buffer.alloc(32).toString('base64'),
      'x'.repeat(44),
      randomBytes(31).toString('base64'),
    ])
      expect(SecretsKey.parse(wrong)).toBeUndefined();
  });

  it('gives each hasher its own pepper', () => {
    const key = aKey();
    expect(new SecretHasher(key).hash('a')).toEqual(new SecretHasher(key).hash('a'));
    expect(new SecretHasher(key).hash('a')).not.toEqual(new SecretHasher(aKey()).hash('a'));
  });
});
