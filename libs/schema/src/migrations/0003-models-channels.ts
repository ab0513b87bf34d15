import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Models with the history of their prices, and the channels that serve them.
 *
 * A channel's `models` is a JSON object, which cannot have a foreign key. `channel_model` has it: one row for each public name in it,
 * kept by a trigger. An unknown model is refused on writing, a model in use on deletion, and neither can slip between two transactions.
 */
export class ModelsChannels0000000000003 implements MigrationInterface {
  name = 'ModelsChannels0000000000003';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const sentence of [...MODELS, ...CHANNELS, ...CHANNEL_KEYS]) await queryRunner.query(sentence);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const sentence of DOWN) await queryRunner.query(sentence);
  }
}

const MODELS = [
  `CREATE TABLE model (
    id bigint GENERATED ALWAYS AS IDENTITY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    display_name text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    capabilities text[] NOT NULL,
    context_tokens_max integer,
    output_tokens_max integer,
    prices jsonb NOT NULL,
    price_version integer NOT NULL,
    rate_limit_requests integer,
    rate_limit_window_seconds integer,
    CONSTRAINT model_pkey PRIMARY KEY (id),
    CONSTRAINT model_name_unique UNIQUE (name),
    CONSTRAINT model_name_well_formed CHECK (name ~ '^[A-Za-z0-9._:/@+-]{1,128}$'),
    CONSTRAINT model_capabilities_not_empty CHECK (cardinality(capabilities) > 0),
    CONSTRAINT model_tokens_max_positive CHECK (context_tokens_max > 0 AND output_tokens_max > 0),
    CONSTRAINT model_rate_limit_whole CHECK ((rate_limit_requests IS NULL) = (rate_limit_window_seconds IS NULL)),
    CONSTRAINT model_rate_limit_positive CHECK (rate_limit_requests > 0 AND rate_limit_window_seconds > 0)
  )`,
  // No foreign key to model: receipts refer to prices of models that are gone.
  `CREATE TABLE model_price (
    id bigint GENERATED ALWAYS AS IDENTITY,
    model_name text NOT NULL,
    price_version integer NOT NULL,
    prices jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT model_price_pkey PRIMARY KEY (id),
    CONSTRAINT model_price_version_unique UNIQUE (model_name, price_version)
  )`,
  `ALTER TABLE model ADD CONSTRAINT model_price_version_fkey
     FOREIGN KEY (name, price_version) REFERENCES model_price (model_name, price_version)`,
  `CREATE FUNCTION refuse_price_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION 'prices are only ever appended' USING ERRCODE = 'restrict_violation';
   END
   $$`,
  `CREATE TRIGGER model_price_append_only BEFORE UPDATE OR DELETE ON model_price
     FOR EACH ROW EXECUTE FUNCTION refuse_price_change()`,
  `CREATE TRIGGER model_changed AFTER INSERT OR UPDATE OR DELETE ON model
     FOR EACH ROW EXECUTE FUNCTION notify_change()`,
];

const CHANNELS = [
  `CREATE TABLE channel (
    id bigint GENERATED ALWAYS AS IDENTITY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    provider text NOT NULL,
    base_url text NOT NULL,
    models jsonb NOT NULL DEFAULT '{}',
    groups text[] NOT NULL DEFAULT '{default}',
    priority integer NOT NULL DEFAULT 0,
    weight integer NOT NULL DEFAULT 1,
    enabled boolean NOT NULL DEFAULT true,
    connect_timeout_ms integer,
    first_byte_timeout_ms integer,
    idle_timeout_ms integer,
    total_timeout_ms integer,
    concurrency_max integer,
    CONSTRAINT channel_pkey PRIMARY KEY (id),
    CONSTRAINT channel_models_is_object CHECK (jsonb_typeof(models) = 'object'),
    CONSTRAINT channel_weight_positive CHECK (weight > 0),
    CONSTRAINT channel_time_limits_positive
      CHECK (connect_timeout_ms > 0 AND first_byte_timeout_ms > 0 AND idle_timeout_ms > 0 AND total_timeout_ms > 0),
    CONSTRAINT channel_concurrency_max_positive CHECK (concurrency_max > 0)
  )`,
  `CREATE TRIGGER channel_group_use_tracked AFTER INSERT OR DELETE OR UPDATE OF groups ON channel
     FOR EACH ROW EXECUTE FUNCTION track_group_use('groups')`,
  `CREATE TABLE channel_model (
    channel_id bigint NOT NULL,
    model_name text NOT NULL,
    CONSTRAINT channel_model_pkey PRIMARY KEY (channel_id, model_name),
    CONSTRAINT channel_model_channel_fkey FOREIGN KEY (channel_id) REFERENCES channel (id) ON DELETE CASCADE,
    CONSTRAINT channel_model_model_fkey FOREIGN KEY (model_name) REFERENCES model (name)
  )`,
  `CREATE INDEX channel_model_model_name ON channel_model (model_name)`,
  `CREATE FUNCTION track_channel_models() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     DELETE FROM channel_model WHERE channel_id = NEW.id;
     INSERT INTO channel_model (channel_id, model_name) SELECT NEW.id, jsonb_object_keys(NEW.models);
     RETURN NULL;
   END
   $$`,
  `CREATE TRIGGER channel_models_tracked AFTER INSERT OR UPDATE OF models ON channel
     FOR EACH ROW EXECUTE FUNCTION track_channel_models()`,
  `CREATE TRIGGER channel_changed AFTER INSERT OR UPDATE OR DELETE ON channel
     FOR EACH ROW EXECUTE FUNCTION notify_change()`,
];

const CHANNEL_KEYS = [
  `CREATE TABLE channel_key (
    id bigint GENERATED ALWAYS AS IDENTITY,
    created_at timestamptz NOT NULL DEFAULT now(),
    channel_id bigint NOT NULL,
    secret bytea NOT NULL,
    last_four text NOT NULL,
    weight integer NOT NULL DEFAULT 1,
    enabled boolean NOT NULL DEFAULT true,
    CONSTRAINT channel_key_pkey PRIMARY KEY (id),
    CONSTRAINT channel_key_channel_fkey FOREIGN KEY (channel_id) REFERENCES channel (id) ON DELETE CASCADE,
    CONSTRAINT channel_key_weight_positive CHECK (weight > 0),
    CONSTRAINT channel_key_last_four_length CHECK (length(last_four) <= 4)
  )`,
  `CREATE INDEX channel_key_channel ON channel_key (channel_id, id)`,
  `CREATE TRIGGER channel_key_changed AFTER INSERT OR UPDATE OR DELETE ON channel_key
     FOR EACH ROW EXECUTE FUNCTION notify_change()`,
];

const DOWN = [
  'DROP TABLE channel_key',
  'DROP TABLE channel_model',
  'DROP TABLE channel',
  'DROP FUNCTION track_channel_models()',
  'DROP TABLE model',
  'DROP TABLE model_price',
  'DROP FUNCTION refuse_price_change()',
];
