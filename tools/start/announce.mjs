// @ts-check

/** @typedef {{ gatewayUrl: string, adminUrl: string, databaseUrl: string, adminToken: string, demoKey?: string, demoModel?: string }} Running */

/** What a newcomer needs, last line first in mind: a line that works at once when pasted. @param {Running} running */
export function announcementOf({ gatewayUrl, adminUrl, adminToken, demoKey, demoModel }) {
  const lines = [
    '',
    'TokenBay Gateway is ready.',
    '',
    `  gateway      ${gatewayUrl}`,
    `  admin API    ${adminUrl}/admin/v1   (documentation: ${adminUrl}/docs)`,
    `  admin token  ${adminToken}`,
  ];
  if (demoKey && demoModel)
    lines.push(`  demo key     ${demoKey}`, '', 'Try it:', '', curlLine(gatewayUrl, demoKey, demoModel));
  return [...lines, '', 'Ctrl-C stops everything.', ''].join('\n');
}

/** @param {string} gatewayUrl @param {string} key @param {string} model */
function curlLine(gatewayUrl, key, model) {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] });
  return `curl -s ${gatewayUrl}/v1/chat/completions -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '${body}'`;
}
