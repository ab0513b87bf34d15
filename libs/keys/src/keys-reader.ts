import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { CachedRows, ChangeFeed, Database, isWellFormedSecret, SecretHasher } from '@tokenbay/platform';
import { type ApiKey, toApiKey } from './api-key.js';
import { KeysRepository } from './keys.repository.js';

const KEYS_CACHED_MAX = 100_000;
/** Nothing longer is even hashed. */
const SECRET_LENGTH_MAX = 128;

/** The secret that a connection sent last, and its hash: clients send the same one with every request. Goes with its connection. */
export interface SentSecret {
  secret: string;
  hash: string;
}

/** Keys for the request path: from memory where they were met before, unknown ones too, and never older than the last change of them. */
@Injectable()
export class KeysReader {
  private readonly rows: CachedRows<ApiKey>;

  constructor(
    private readonly database: Database,
    private readonly repository: KeysRepository,
    private readonly hasher: SecretHasher,
    feed: ChangeFeed,
  ) {
    this.rows = new CachedRows(feed, {
      table: 'api_key',
      sizeMax: KEYS_CACHED_MAX,
      load: (secretHash) => this.load(secretHash),
      idOf: (key) => key.id,
    });
  }

  /**
   * The key whose secret this is, whatever its status. Throws `api_key_invalid`, without a look-up where length, alphabet or checksum
   * is wrong, and `ledger_unavailable` where it must be read and the database does not answer. What the connection sent last is not hashed
   * again.
   */
  authenticate(secret: string, last: SentSecret = { secret: '', hash: '' }): ApiKey | Promise<ApiKey> {
    if (secret.length > SECRET_LENGTH_MAX) throw new DomainError('api_key_invalid', 'malformed');
    if (last.secret !== secret || secret === '') {
      last.hash = this.hasher.hashText(secret);
      last.secret = secret;
    }
    const secretHash = last.hash;
    const known = this.rows.peek(secretHash);
    if (known !== undefined) return assertKnown(known);
    if (!isWellFormedSecret(secret, 'sk-')) throw new DomainError('api_key_invalid', 'malformed');
    const key = this.rows.get(secretHash);
    return key instanceof Promise ? key.then(assertKnown) : assertKnown(key);
  }

  private async load(secretHash: string): Promise<ApiKey | null> {
    const row = await this.repository.findBySecretHash(this.database.tx, Buffer.from(secretHash, 'base64'));
    return row && toApiKey(row);
  }
}

function assertKnown(key: ApiKey | null): ApiKey {
  if (!key) throw new DomainError('api_key_invalid', 'unknown');
  return key;
}
