import type { ToolCalls } from '@tokenbay/protocol';
import { type CandidateWire, type GroundingWire, objectsIn, type PartWire, textOf } from './wire.js';

/** By what the model says that it called, where it says so. */
const TOOLS: Readonly<Record<string, string>> = {
  ...{ GOOGLE_SEARCH_WEB: 'googleSearch', GOOGLE_SEARCH_IMAGE: 'googleSearch' },
  ...{ GOOGLE_MAPS: 'googleMaps', URL_CONTEXT: 'urlContext' },
};

/**
 * One call of each of the provider's tools of which these candidates bear witness, by the field that offers it, beside those that were
 * found before. How often one ran is not told: queries are named, but models differ in whether a prompt or a query is sold.
 */
export function witnessToolCalls(candidates: readonly CandidateWire[], before: ToolCalls = {}): ToolCalls {
  const used = candidates.flatMap(toolsUsedBy);
  if (used.length === 0) return before;
  return { ...before, ...Object.fromEntries(used.map((name) => [name, 1])) };
}

function toolsUsedBy({ groundingMetadata, urlContextMetadata, content }: CandidateWire): string[] {
  const used = groundingMetadata ? toolsGrounding(groundingMetadata) : [];
  if (objectsIn(urlContextMetadata?.urlMetadata).length > 0) used.push('urlContext');
  for (const { executableCode, toolCall } of objectsIn<PartWire>(content?.parts)) {
    if (executableCode) used.push('codeExecution');
    const type = textOf(toolCall?.toolType);
    if (Object.hasOwn(TOOLS, type)) used.push(TOOLS[type]!);
  }
  return used;
}

/** Empty queries are not sold. */
function toolsGrounding(grounding: GroundingWire): string[] {
  const chunks = objectsIn<{ readonly web?: unknown; readonly image?: unknown; readonly maps?: unknown }>(
    grounding.groundingChunks,
  );
  const hasQuery = [grounding.webSearchQueries, grounding.imageSearchQueries].some(
    (queries) => Array.isArray(queries) && queries.some((query) => textOf(query) !== ''),
  );
  const hasSearched = hasQuery || grounding.searchEntryPoint != null || chunks.some(({ web, image }) => web ?? image);
  const hasMap = textOf(grounding.googleMapsWidgetContextToken) !== '' || chunks.some(({ maps }) => maps);
  return [...(hasSearched ? ['googleSearch'] : []), ...(hasMap ? ['googleMaps'] : [])];
}
