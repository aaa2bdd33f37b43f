/** Any value that JSON can carry. Facts, payloads and stored items are made of nothing else. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type JsonObject = { [key: string]: Json };
