/** What clients that ask for a tool by default are told to set. */
const SETTINGS: Readonly<Record<string, string>> = { web_search: 'Codex: web_search = "disabled" in its config.toml' };

/** What to do without a hosted tool that cannot be had, for the message of a refusal. */
export function askWithout(tool: string): string {
  const setting = Object.hasOwn(SETTINGS, tool) ? ` (${SETTINGS[tool]})` : '';
  return `Send the request without it${setting}.`;
}
