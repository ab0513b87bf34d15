const DEPLOYMENTS = /\/openai\/deployments(\/[^/]+)?$/;

/** True for the older form of addresses, where a deployment's name stands in the path. */
export function isByDeployment(baseUrl: string): boolean {
  return DEPLOYMENTS.test(new URL(baseUrl).pathname);
}

/**
 * The path below a base URL of either form. Below `/openai/v1` it stays, and the deployment's name goes as the model; below
 * `/openai/deployments` the name leads, unless the base URL has it already. A query of the base URL, `api-version`, goes along.
 */
export function locate(path: string, baseUrl: string, upstreamModel: string): string {
  const { pathname, search } = new URL(baseUrl);
  const [isOlder, named] = DEPLOYMENTS.exec(pathname) ?? [];
  const deployment = isOlder === undefined || named !== undefined ? '' : `/${encodeURIComponent(upstreamModel)}`;
  return deployment + path + search;
}
