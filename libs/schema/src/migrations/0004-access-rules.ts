import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rules about addresses and times. What a rule is about cannot be deleted while the rule is there. */
export class AccessRules0000000000004 implements MigrationInterface {
  name = 'AccessRules0000000000004';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const sentence of UP) await queryRunner.query(sentence);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE access_rule');
  }
}

const UP = [
  `CREATE TABLE access_rule (
    id bigint GENERATED ALWAYS AS IDENTITY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    type text NOT NULL,
    scope_type text NOT NULL,
    group_name text,
    account_id bigint,
    api_key_id bigint,
    cidrs text[],
    windows jsonb,
    time_zone text,
    CONSTRAINT access_rule_pkey PRIMARY KEY (id),
    CONSTRAINT access_rule_group_fkey FOREIGN KEY (group_name) REFERENCES account_group (name),
    CONSTRAINT access_rule_account_fkey FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT access_rule_api_key_fkey FOREIGN KEY (api_key_id) REFERENCES api_key (id),
    CONSTRAINT access_rule_type_known CHECK (type IN ('ip_blacklist', 'ip_whitelist', 'time_window')),
    CONSTRAINT access_rule_scope_whole CHECK (CASE scope_type
      WHEN 'global' THEN num_nonnulls(group_name, account_id, api_key_id) = 0
      WHEN 'group' THEN group_name IS NOT NULL AND num_nonnulls(account_id, api_key_id) = 0
      WHEN 'account' THEN account_id IS NOT NULL AND num_nonnulls(group_name, api_key_id) = 0
      WHEN 'apiKey' THEN api_key_id IS NOT NULL AND num_nonnulls(group_name, account_id) = 0
      ELSE false END),
    CONSTRAINT access_rule_content_whole CHECK (CASE WHEN type = 'time_window'
      THEN cidrs IS NULL AND num_nulls(windows, time_zone) = 0
      ELSE cidrs IS NOT NULL AND num_nonnulls(windows, time_zone) = 0 END),
    CONSTRAINT access_rule_cidrs_well_formed CHECK (cidrs IS NULL OR (cardinality(cidrs) > 0 AND cidrs::cidr[] IS NOT NULL)),
    CONSTRAINT access_rule_windows_not_empty CHECK (windows IS NULL OR jsonb_array_length(windows) > 0)
  )`,
  `CREATE INDEX access_rule_group_name ON access_rule (group_name)`,
  `CREATE INDEX access_rule_account ON access_rule (account_id)`,
  `CREATE INDEX access_rule_api_key ON access_rule (api_key_id)`,
  `CREATE TRIGGER access_rule_changed AFTER INSERT OR UPDATE OR DELETE ON access_rule
     FOR EACH ROW EXECUTE FUNCTION notify_change()`,
];
