/** How much a model is asked to think, from 3.0 on. */
export type ThinkingLevel = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH';

/** What a Gemini model accepts, so far as models differ. */
export interface ModelTraits {
  /** `level`: a word guides how much it thinks; `budget`: a number of tokens; `none`: it does not think, and refuses to be asked. */
  readonly thinking: 'level' | 'budget' | 'none';
  /** The words it knows, least first. */
  readonly levels: readonly ThinkingLevel[];
  /** False where a budget of 0 is refused. */
  readonly canStopThinking: boolean;
  /** False where penalties are refused. */
  readonly takesPenalties: boolean;
  /** True where a call of a function without a signature is refused when it comes back. */
  readonly demandsSeals: boolean;
  /** True where results of functions may hold pictures and documents, and answers can have a schema beside tools. */
  readonly isThirdGeneration: boolean;
}

const VERSION = /gemini-(\d{1,2})(?:\.(\d{1,2}))?(?![\d])/i;
const NO_THINKING: ModelTraits = {
  ...{ thinking: 'none', levels: [], canStopThinking: true, takesPenalties: true },
  ...{ demandsSeals: false, isThirdGeneration: false },
};

/**
 * Reads a model's traits from its name at the provider. Budgets came with 2.5, which took penalties away, levels and
 * demanded signatures with 3. A name without a
 * version is taken for a new model; Gemma, which is served beside, does not think.
 */
export function traitsOf(upstreamModel: string): ModelTraits {
  if (/gemma|learnlm/i.test(upstreamModel)) return NO_THINKING;
  const [, major, minor = '0'] = VERSION.exec(upstreamModel) ?? [];
  const version = major === undefined ? Infinity : Number(major) + Number(minor) / 100;
  if (version < 2.05 || (version < 3 && /-(?:image|tts)/.test(upstreamModel))) return NO_THINKING;
  const isLevelled = version >= 3;
  return {
    thinking: isLevelled ? 'level' : 'budget',
    levels: isLevelled ? levelsOf(version, upstreamModel) : [],
    canStopThinking: !isLevelled && !/pro/i.test(upstreamModel),
    takesPenalties: false,
    demandsSeals: isLevelled,
    isThirdGeneration: isLevelled,
  };
}

/** The first of the third generation knew two words only; its small ones know one more. */
function levelsOf(version: number, name: string): ThinkingLevel[] {
  if (version === 3 && /pro/i.test(name)) return ['LOW', 'HIGH'];
  return version < 3.02 && /flash/i.test(name) ? ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] : ['LOW', 'MEDIUM', 'HIGH'];
}
