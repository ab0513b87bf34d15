/** Every entity of the house. A room's table that only raw SQL touches has none. */
export const ENTITIES: readonly (new () => object)[] = [];
