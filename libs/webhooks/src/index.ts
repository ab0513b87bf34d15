export { WebhookDeliveriesService } from './webhook-deliveries.service.js';
export {
  type DueWebhook,
  WEBHOOK_STATES,
  WEBHOOK_TYPES,
  type WebhookDelivery,
  type WebhookState,
  type WebhookType,
} from './webhook-delivery.js';
export { type WebhookChange, WebhookEndpointsService } from './webhook-endpoints.service.js';
export { isWebhookSecret, signWebhook } from './webhook-secret.js';
export { WebhooksModule } from './webhooks.module.js';
