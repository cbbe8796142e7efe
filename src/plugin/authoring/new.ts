/**
 * `slung plugin new`: a folder with a small plugin that works at once, from the templates beside this file. Templates
 * are files whose names end in .template, so that no tool takes them for sources of slung; NAME in a file's name and
 * {{word}} in its text are filled in. Nothing that exists is overwritten.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolders } from '../../lock/folders.ts';

export const pluginLanguages = ['as', 'c', 'rust'] as const;
export type PluginLanguage = (typeof pluginLanguages)[number];

export interface NewPlugin {
  readonly name: string;
  /** The folder to be made, which is empty or not there. Absolute. */
  readonly folder: string;
  /** The folder as it was typed, for the README. */
  readonly folderText: string;
  readonly language: PluginLanguage;
}

interface Language {
  readonly ending: string;
  readonly setup: string;
}

const languages: Readonly<Record<PluginLanguage, Language>> = {
  as: {
    ending: '.ts',
    setup:
      'It is written in AssemblyScript: TypeScript with the types of WebAssembly. `npm install` in this folder installs the\ncompiler, unless it is installed above it; slung/as is part of slung, and slung.d.ts tells editors what it has.',
  },
  c: {
    ending: '.c',
    setup: 'It is written in C without a C library (plugin.h has what it needs) and compiled by clang and wasm-ld.',
  },
  rust: {
    ending: '.rs',
    setup:
      'It is written in Rust without crates (tangent.rs has what it needs) and compiled by rustc:\n`rustup target add wasm32-unknown-unknown` installs what that takes.',
  },
};

const SUFFIX = '.template';

/** The templates' folder: beside this file in the source tree; from dist/, where the package keeps its sources. */
function templateDirectory(): string {
  const places = ['./templates', '../src/plugin/authoring/templates'];
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? paths[0]!;
}

/** The types of the SDK for editors: in dist/, which is beside src/. */
function typesOfSdk(): string | undefined {
  const places = ['./slung.d.ts', '../../../dist/slung.d.ts'];
  const found = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
  return found === undefined ? undefined : readFileSync(found, 'utf8');
}

/** Why `name` cannot be the name of a plugin: one line, or undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (/^[a-z][a-z0-9_-]{0,63}$/i.test(name)) return undefined;
  return 'a name begins with a letter and has letters, digits, - and _ after it, 64 at most';
}

/** Whether there is something in `folder` that could be overwritten. */
export function isTaken(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

/**
 * Writes the folder. @returns the files, relative to it, the source first @throws the system's error; files are never
 * overwritten
 */
export function writeNewPlugin({ name, folder, folderText, language }: NewPlugin): string[] {
  const { ending, setup } = languages[language];
  const words = { name, folder: folderText, source: name + ending, setup };
  const written: string[] = [];
  for (const part of [language, 'common']) {
    const from = join(templateDirectory(), part);
    for (const path of readdirSync(from, { recursive: true, encoding: 'utf8' }).sort()) {
      if (!path.endsWith(SUFFIX)) continue;
      const target = path.slice(0, -SUFFIX.length).replace(/\bNAME\b/, name);
      makeFolders(dirname(join(folder, target)));
      writeFileSync(join(folder, target), filled(readFileSync(join(from, path), 'utf8'), words), { flag: 'wx' });
      written.push(target);
    }
  }
  const types = language === 'as' ? typesOfSdk() : undefined;
  if (types !== undefined) {
    writeFileSync(join(folder, 'slung.d.ts'), types, { flag: 'wx' });
    written.push('slung.d.ts');
  }
  return written.sort((a, b) => Number(b === words.source) - Number(a === words.source));
}

function filled(text: string, words: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, word: string) => words[word] ?? whole);
}
