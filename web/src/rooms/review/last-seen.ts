/* Where a person was in each round, so that the grid opens at the same picture when they come back from the focus view. */
export const lastSeen = new Map<string, string>()
