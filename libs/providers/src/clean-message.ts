const LENGTH_MAX = 1_000;

/** Takes hosts, addresses, keys and organisation or project names out of an upstream's sentence before a client sees it. */
export function cleanMessage(message: string): string {
  return message
    .slice(0, LENGTH_MAX)
    .replace(/[\u0000-\u001f\u007f\ud800-\udfff]+/g, ' ')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[link]')
    .replace(/\b(?:sk|pk|rk|key|org|proj|user|req|asst)[-_][A-Za-z0-9_*-]{4,}/g, '[hidden]')
    .replace(/\b(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{20,}/g, '[hidden]')
    .replace(/\b[a-z][a-z0-9-]*:\d{2,5}\b/gi, '[host]')
    .replace(/\b(?:Bearer|Basic)\s+\S+/gi, '[hidden]')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '[address]')
    .replace(
      /\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|ai|dev|app|cloud|cn|eu|de|fr|uk|us|co|in|jp|kr|sg|hk|ru|me|run|tech|xyz|info|biz|site|local|internal|svc|lan)(?::\d+)?\b/gi,
      '[host]',
    )
    .replace(/\[?(?:\b[0-9a-f]{1,4})?:(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{1,4}\b(?:\](?::\d+)?)?/gi, '[address]')
    .replace(/\blocalhost(?::\d+)?\b/gi, '[host]');
}
