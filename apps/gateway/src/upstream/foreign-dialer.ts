import { lookup } from 'node:dns/promises';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { Injectable } from '@nestjs/common';

/** What reaches the network for URLs from elsewhere, and decides nothing: names to addresses, addresses to a connection. */
@Injectable()
export class ForeignDialer {
  /** Every address of a name, in the system's order. Rejects where it has none. */
  async resolve(hostname: string): Promise<readonly string[]> {
    const found = await lookup(hostname, { all: true });
    return found.map(({ address }) => address);
  }

  /** Begins to connect to one of these addresses, the next where one does not answer soon; names are resolved no more. */
  connect(addresses: readonly string[], port: number): Socket {
    const known = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const pinned: LookupFunction = (_hostname, _options, callback) => callback(null, known);
    return connect({ host: 'pinned.invalid', port, lookup: pinned, autoSelectFamily: true });
  }
}
