import { OPENAI } from '../openai-chat/protocol.js';
import type { Protocol } from '../protocol.js';
import { answerWith } from './answer-with.js';
import { embed } from './embed.js';
import { moderate } from './moderate.js';
import { rank } from './rank.js';

/** What OpenAI and providers of its format offer beside chats: embeddings, moderations, and rerankings in the shape of Cohere and Jina. */
export const BESIDE_CHATS: Protocol = {
  ...OPENAI,
  routes: [
    { method: 'POST', path: /^\/v1\/embeddings(\?|$)/, handle: answerWith(embed) },
    { method: 'POST', path: /^\/v1\/moderations(\?|$)/, handle: answerWith(moderate) },
    { method: 'POST', path: /^\/v1\/rerank(\?|$)/, handle: answerWith(rank) },
  ],
};
