import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Groups, accounts and API keys.
 *
 * Tables that hold an array of group names cannot have a foreign key on it. `account_group_use` has it for them: one row for each name
 * in each array, kept by the trigger function `track_group_use(column)`. An unknown group is refused on writing, a group in use on
 * deletion, and neither can slip between two transactions.
 */
export class AccountsKeys0000000000002 implements MigrationInterface {
  name = 'AccountsKeys0000000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const sentence of [...GROUPS, ...ACCOUNTS, ...API_KEYS]) await queryRunner.query(sentence);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const sentence of DOWN) await queryRunner.query(sentence);
  }
}

const GROUPS = [
  `CREATE TABLE account_group (
    id bigint GENERATED ALWAYS AS IDENTITY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    price_multiplier numeric NOT NULL DEFAULT 1,
    models text[] NOT NULL DEFAULT '{*}',
    CONSTRAINT account_group_pkey PRIMARY KEY (id),
    CONSTRAINT account_group_name_unique UNIQUE (name),
    CONSTRAINT account_group_name_well_formed CHECK (name ~ '^[A-Za-z0-9._:/@+-]{1,128}$'),
    CONSTRAINT account_group_price_multiplier_not_negative CHECK (price_multiplier >= 0 AND price_multiplier <= 1000000)
  )`,
  `CREATE TABLE account_group_use (
    table_name text NOT NULL,
    row_id bigint NOT NULL,
    group_name text NOT NULL,
    CONSTRAINT account_group_use_pkey PRIMARY KEY (table_name, row_id, group_name),
    CONSTRAINT account_group_use_group_fkey FOREIGN KEY (group_name) REFERENCES account_group (name)
  )`,
  `CREATE INDEX account_group_use_group ON account_group_use (group_name)`,
  `CREATE FUNCTION track_group_use() RETURNS trigger LANGUAGE plpgsql AS $$
   DECLARE
     names text[];
   BEGIN
     IF TG_OP <> 'INSERT' THEN
       DELETE FROM account_group_use WHERE table_name = TG_TABLE_NAME AND row_id = OLD.id;
     END IF;
     IF TG_OP <> 'DELETE' THEN
       EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO names USING NEW;
       INSERT INTO account_group_use (table_name, row_id, group_name)
         SELECT DISTINCT TG_TABLE_NAME, NEW.id, unnest(names);
     END IF;
     RETURN NULL;
   END
   $$`,
  `CREATE TRIGGER account_group_changed AFTER INSERT OR UPDATE OR DELETE ON account_group
     FOR EACH ROW EXECUTE FUNCTION notify_change()`,
  `INSERT INTO account_group (name, version) VALUES ('default', 1)`,
  // The default group counts as in use for ever, so that the foreign key refuses to delete it.
  `INSERT INTO account_group_use SELECT 'account_group', id, name FROM account_group WHERE name = 'default'`,
];

const ACCOUNTS = [
  `CREATE TABLE account (
    id bigint GENERATED ALWAYS AS IDENTITY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    external_id text,
    group_name text NOT NULL DEFAULT 'default',
    allowed_groups text[],
    status text NOT NULL DEFAULT 'active',
    rate_limit_requests integer,
    rate_limit_window_seconds integer,
    CONSTRAINT account_pkey PRIMARY KEY (id),
    CONSTRAINT account_external_id_unique UNIQUE (external_id),
    CONSTRAINT account_group_fkey FOREIGN KEY (group_name) REFERENCES account_group (name),
    CONSTRAINT account_status_known CHECK (status IN ('active', 'banned')),
    CONSTRAINT account_rate_limit_whole CHECK ((rate_limit_requests IS NULL) = (rate_limit_window_seconds IS NULL)),
    CONSTRAINT account_rate_limit_positive CHECK (rate_limit_requests > 0 AND rate_limit_window_seconds > 0)
  )`,
  `CREATE INDEX account_group_name ON account (group_name)`,
  `CREATE TRIGGER account_group_use_tracked AFTER INSERT OR DELETE OR UPDATE OF allowed_groups ON account
     FOR EACH ROW EXECUTE FUNCTION track_group_use('allowed_groups')`,
  `CREATE TRIGGER account_changed AFTER INSERT OR UPDATE OR DELETE ON account
     FOR EACH ROW EXECUTE FUNCTION notify_change()`,
];

const API_KEYS = [
  `CREATE TABLE api_key (
    id bigint GENERATED ALWAYS AS IDENTITY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    account_id bigint NOT NULL,
    name text NOT NULL,
    group_name text,
    status text NOT NULL DEFAULT 'active',
    expires_at timestamptz,
    time_zone text NOT NULL DEFAULT 'UTC',
    model_allowlist text[],
    model_denylist text[],
    has_budget boolean NOT NULL DEFAULT false,
    secret_hash bytea NOT NULL,
    prefix text NOT NULL,
    last_four text NOT NULL,
    CONSTRAINT api_key_pkey PRIMARY KEY (id),
    CONSTRAINT api_key_secret_hash_unique UNIQUE (secret_hash),
    CONSTRAINT api_key_account_fkey FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT api_key_group_fkey FOREIGN KEY (group_name) REFERENCES account_group (name),
    CONSTRAINT api_key_status_known CHECK (status IN ('active', 'disabled', 'suspended', 'archived')),
    CONSTRAINT api_key_time_zone_known CHECK (time_zone ~ '^[A-Za-z]' AND timezone(time_zone, timestamptz 'epoch') IS NOT NULL),
    CONSTRAINT api_key_model_lists_not_empty CHECK (cardinality(model_allowlist) > 0 AND cardinality(model_denylist) > 0),
    CONSTRAINT api_key_secret_hash_length CHECK (octet_length(secret_hash) = 32)
  )`,
  `CREATE INDEX api_key_account ON api_key (account_id, id)`,
  `CREATE INDEX api_key_group_name ON api_key (group_name)`,
  `CREATE TRIGGER api_key_changed AFTER INSERT OR UPDATE OR DELETE ON api_key
     FOR EACH ROW EXECUTE FUNCTION notify_change()`,
  // Apart from api_key and without a trigger: a key's use is no change of configuration.
  `CREATE TABLE api_key_use (
    api_key_id bigint NOT NULL,
    last_used_at timestamptz NOT NULL,
    CONSTRAINT api_key_use_pkey PRIMARY KEY (api_key_id),
    CONSTRAINT api_key_use_api_key_fkey FOREIGN KEY (api_key_id) REFERENCES api_key (id) ON DELETE CASCADE
  ) WITH (fillfactor = 50)`,
];

const DOWN = [
  'DROP TABLE api_key_use',
  'DROP TABLE api_key',
  'DROP TABLE account',
  'DROP TABLE account_group_use',
  'DROP FUNCTION track_group_use()',
  'DROP TABLE account_group',
];
