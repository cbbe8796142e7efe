/**
 * The flag table as a JSON schema: what a configuration file may say for a command. Only flags that have an environment
 * variable are settings of *how* to run and belong in a file; help flags and the like are left out.
 */
import { commands } from './commands.ts';
import type { Flag } from './flag.ts';
import { flagsOf } from './flags.ts';

export interface PropertySchema {
  readonly type: 'boolean' | 'integer' | 'string' | readonly ['string', 'integer'];
  readonly description: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: boolean | number | string;
}

export interface ObjectSchema<T> {
  readonly type: 'object';
  readonly additionalProperties: false;
  readonly properties: Readonly<Record<string, T>>;
}

/** `{ select: { 'batch-bytes': … } }` as a schema: one object for each command that has settings. */
export function configSchema(): ObjectSchema<ObjectSchema<PropertySchema>> {
  const sections = commands.flatMap((command) => {
    const own = flagsOf(command.name).filter((flag) => flag.env !== undefined);
    const properties = Object.fromEntries(own.map((flag) => [flag.long, propertyOf(flag)]));
    const isOwn = own.some((flag) => flag.commands.length < commands.length);
    return isOwn ? [[command.name, { type: 'object', additionalProperties: false, properties }] as const] : [];
  });
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(sections) };
}

function propertyOf(flag: Flag): PropertySchema {
  const limits = {
    ...(flag.min === undefined ? {} : { minimum: flag.min }),
    ...(flag.max === undefined ? {} : { maximum: flag.max }),
  };
  const description = flag.doc;
  const byDefault = flag.default;
  switch (flag.type) {
    case 'switch':
      return { type: 'boolean', description, default: byDefault === 'true' };
    case 'count':
    case 'integer':
      return {
        type: 'integer',
        description,
        ...limits,
        ...(byDefault === undefined ? {} : { default: Number(byDefault) }),
      };
    case 'size':
      return { type: ['string', 'integer'], description, ...(byDefault === undefined ? {} : { default: byDefault }) };
    default:
      return {
        type: 'string',
        description,
        ...(flag.choices === undefined ? {} : { enum: flag.choices }),
        ...(byDefault === undefined ? {} : { default: byDefault }),
      };
  }
}
