import type { ChannelState } from './channel-state.js';
import type { Circuit } from './circuit.js';
import { HEALTH_REASONS } from './health-reason.js';

/** How many models and keys of a channel are kept away from requests. */
export interface HealthSummary {
  modelsOpen: number;
  /** The next request tries. */
  modelsHalfOpen: number;
  modelsDisabled: number;
  keysCooling: number;
  keysDisabled: number;
}

/** Counts what a channel keeps away from requests at an instant. */
export function summarizeHealth({ models, keys }: ChannelState, nowMs: number): HealthSummary {
  const summary = { modelsOpen: 0, modelsHalfOpen: 0, modelsDisabled: 0, keysCooling: 0, keysDisabled: 0 };
  for (const { circuit } of models.values()) {
    if (isDisabled(circuit)) summary.modelsDisabled += 1;
    else if (circuit.reason !== null && nowMs >= circuit.untilMs) summary.modelsHalfOpen += 1;
    else if (circuit.reason !== null) summary.modelsOpen += 1;
  }
  for (const circuit of keys.values()) {
    if (isDisabled(circuit)) summary.keysDisabled += 1;
    else if (circuit.reason !== null) summary.keysCooling += 1;
  }
  return summary;
}

function isDisabled({ reason }: Circuit): boolean {
  return reason !== null && HEALTH_REASONS[reason].state === 'disabled';
}
