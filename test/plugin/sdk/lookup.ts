/** Values of a record by path, as Tangent looks them up, over what JSON.parse gives; and which of them are scalars. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Scalar = string | bigint | number | boolean;

/** tangent's lookup: a whole key of the root first, then steps. */
export function lookUp(root: Json, path: string): Json | undefined {
  const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const member = (value: Json | undefined, key: string) =>
    isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  const whole = member(root, path);
  if (whole !== undefined) return whole;
  let value: Json | undefined = root;
  for (const step of path.split('.')) {
    const [, key, indexes] = /^([^[]*)(.*)$/s.exec(step)!;
    value = member(value, key!);
    for (const [, index] of indexes!.matchAll(/\[(\d+)\]/g))
      value = Array.isArray(value) ? value[Number(index)] : undefined;
  }
  return value;
}

/** JSON.parse has forgotten how a number was written: whole ones are integers here. */
export function scalarOf(value: Json | undefined): Scalar | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  return typeof value === 'string' || typeof value === 'boolean' ? value : undefined;
}
