import { Agent, request } from 'node:http';
import type { World } from '@tokenbay/testing';

const ALLOWED = new Set([200]);

/** Clients that ask one after the other over connections that they keep, and what they could not live with. */
export class SteadyLoad {
  answered = 0;
  readonly failures: string[] = [];
  private readonly agents: Agent[] = [];
  private readonly clients: Promise<void>[];
  private isOver = false;

  constructor(
    private readonly baseUrl: string,
    private readonly world: World,
    clients: number,
  ) {
    this.clients = Array.from({ length: clients }, () => this.ask());
  }

  /** Resolves when every request under way has been answered. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.clients);
    for (const agent of this.agents) agent.destroy();
  }

  private async ask(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    this.agents.push(agent);
    while (!this.isOver) {
      const outcome = await this.once(agent);
      if (outcome === undefined) this.answered += 1;
      else this.failures.push(outcome);
    }
  }

  /** Undefined, or what went wrong. */
  private once(agent: Agent): Promise<string | undefined> {
    const { apiKey, modelName } = this.world;
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    return new Promise((resolve) => {
      const outgoing = request(
        `${this.baseUrl}/v1/chat/completions`,
        { method: 'POST', headers, agent },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => {
            const isGood = ALLOWED.has(response.statusCode ?? 0) && text.endsWith('}');
            resolve(isGood ? undefined : `${response.statusCode} ${text.slice(0, 200)}`);
          });
          response.on('error', (error) => resolve(`cut: ${error.message}`));
        },
      );
      outgoing.on('error', (error) => resolve(error.message));
      outgoing.end(JSON.stringify({ model: modelName, messages: [{ role: 'user', content: 'Hello' }] }));
    });
  }
}
