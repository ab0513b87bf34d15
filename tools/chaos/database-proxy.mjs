// @ts-check
import { connect, createServer } from 'node:net';

/**
 * Stands between gateways and Postgres, so that a connection can be cut between a COMMIT and its answer: the one moment at which nobody
 * but Postgres knows what happened.
 */
export class DatabaseProxy {
  /** @param {number} databasePort */
  constructor(databasePort) {
    this.databasePort = databasePort;
    /** Of each hundred answers, how many are lost together with their connection. */
    this.lostPercent = 0;
    this.lost = 0;
    this.random = Math.random;
    this.server = createServer((client) => this.carry(client));
  }

  /** Resolves to the port that it listens on. @returns {Promise<number>} */
  listen() {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject).listen(0, '127.0.0.1', () => {
        resolve(/** @type {import('node:net').AddressInfo} */ (this.server.address()).port);
      });
    });
  }

  close() {
    this.server.close();
  }

  /** @param {import('node:net').Socket} client */
  carry(client) {
    const database = connect(this.databasePort, '127.0.0.1');
    const cut = () => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', cut);
    }
    client.pipe(database);
    database.on('data', (/** @type {Buffer} */ answer) => {
      if (this.lostPercent > 0 && this.random() * 100 < this.lostPercent) {
        this.lost += 1;
        cut();
      } else if (!client.write(answer)) {
        database.pause();
        client.once('drain', () => database.resume());
      }
    });
    database.on('end', () => client.end());
  }
}
