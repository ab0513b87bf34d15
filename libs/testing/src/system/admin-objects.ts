/** The objects of the admin API as far as tests look at them; the contract has the rest. */
export interface AdminObject {
  id: string;
  version: number;
  createdAt: string;
  updatedAt: string;
}

export interface AdminGroup extends AdminObject {
  name: string;
  priceMultiplier: string;
  models: string[];
}

export interface AdminAccount extends AdminObject {
  name: string;
  group: string;
  status: 'active' | 'banned';
  availablePoints: string;
  heldPoints: string;
}

export interface AdminApiKey extends AdminObject {
  accountId: string;
  name: string;
  status: 'active' | 'disabled' | 'suspended' | 'archived';
  pointsUsed: string;
  pointsRemaining: string | null;
  /** The secret; only in the answers to create and reset. */
  key: string;
}

export interface AdminModel extends AdminObject {
  name: string;
  enabled: boolean;
  prices: Record<string, unknown>;
}

export interface AdminChannelKey {
  id: string;
  lastFour: string;
  weight: number;
  enabled: boolean;
  state: string;
  reason: string | null;
  until: string | null;
}

export interface AdminChannel extends AdminObject {
  name: string;
  baseUrl: string;
  keys: AdminChannelKey[];
  health: { upstreamModel: string; state: string; reason: string; until: string }[];
  models: Record<string, string>;
}

export interface AdminAccessRule extends AdminObject {
  name: string;
  type: 'ip_blacklist' | 'ip_whitelist' | 'time_window';
  enabled: boolean;
}

/** Fields of a request body; the API itself says what is wrong with them. */
export type Fields = Record<string, unknown>;
