/** The media type of RFC 7396, which every PATCH takes beside `application/json`. */
export const MERGE_PATCH = 'application/merge-patch+json';
