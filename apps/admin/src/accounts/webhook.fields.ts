import { isWebhookSecret } from '@tokenbay/webhooks';
import { rule } from '../http/field-rule.js';
import { Field, TextField } from '../http/fields.js';

const URL_LENGTH_MAX = 2_048;

const secretRule = rule(
  'whsec_ followed by 24 to 64 bytes in base64',
  { type: 'string', pattern: '^whsec_[A-Za-z0-9+/]+={0,2}$', maxLength: 100 },
  (value) => typeof value === 'string' && value.length <= 100 && isWebhookSecret(value),
);

/** Where an account is told of its tasks. */
export const WebhookUrlField = () =>
  TextField(URL_LENGTH_MAX, {
    optional: true,
    nullable: true,
    description:
      'Where it is told that a video of its is completed or failed: https, and public unless CONTENT_PROXY_ALLOW lists its host and port. Null: nowhere; the secret is forgotten.',
    default: null,
    example: 'https://app.example.com/hooks/video',
  });

/** What those messages are signed with. */
export const WebhookSecretField = () =>
  Field(secretRule, {
    optional: true,
    nullable: true,
    description:
      'What its webhooks are signed with (Standard Webhooks); written only, never shown. One that is replaced signs along for 24 hours. Absent with the first webhookUrl, or null: the gateway makes one and shows it in this answer alone.',
    example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  });
